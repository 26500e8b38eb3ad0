"""What the embedded AWS adds to ministack, from inside its process.

Run as `python -m local.seam` in a virtual environment that holds ministack and cryptography and nothing else.
None of Jobpass's own code is imported here: a judge that shares code with the judged proves nothing.
"""
