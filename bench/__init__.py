"""Measurements of what grows with use and of what must stay small, and the figures that they print."""
