"""What a job needs of Jobpass: the standard library alone, Python 3.9 or newer."""
