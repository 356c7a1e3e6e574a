"""Implements blends, motions between two sources."""
