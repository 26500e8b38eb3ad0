"""Other ways to make ID tokens, measured beside Jobpass in the same units."""
