"""Variations of a prompt: other motions of the same meaning."""
