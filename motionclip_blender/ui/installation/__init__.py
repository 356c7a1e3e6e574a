"""Holds the preferences, the self-check, and the handling of other copies of this extension."""
