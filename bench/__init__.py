"""Measurements of what grows with use, and the figures that they print."""
