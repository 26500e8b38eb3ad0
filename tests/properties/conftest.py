"""How properties are tried: without a deadline, since a machine that is busy elsewhere is no counterexample."""

from hypothesis import settings

settings.register_profile("jobpass", deadline=None, print_blob=True)
settings.load_profile("jobpass")
