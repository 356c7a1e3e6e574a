"""Recognises Actions: ranks labels, and names and tags Actions by them."""
