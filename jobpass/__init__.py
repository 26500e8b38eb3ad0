"""Jobpass: a passport for every job."""
