"""Joins segments to one motion: seams, postures, and what is put in between."""
