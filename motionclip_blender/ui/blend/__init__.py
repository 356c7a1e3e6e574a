"""Motions between two sources."""
