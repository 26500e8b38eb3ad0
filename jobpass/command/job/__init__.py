"""The commands for jobs: the standard library alone, Python 3.9 or newer."""
