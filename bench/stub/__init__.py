"""AWS on loopback, in a process of its own so that none of its work counts as the function's."""
