"""Prompts become plans: what is asked for, in which order, on which side, how often, how fast and where to."""
