"""The embedded AWS: an emulator on loopback, the real CDK command line, and what a job needs to use them."""
