"""What a token costs: the function's start, its work, its memory, its calls, its size and its price."""
