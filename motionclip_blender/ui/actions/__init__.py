"""Holds what the user can do with an Action that was generated here."""
