"""The token function as most people would write it, and the bare calls of AWS: what the real one is held against."""
