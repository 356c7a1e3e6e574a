"""Searches the Actions of this file and of the asset libraries by a text."""
