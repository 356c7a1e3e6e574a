"""Preferences, the self-check, other copies of this extension."""
