"""Actions of this file and of the asset libraries, found by a text."""
