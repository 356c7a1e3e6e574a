"""Measures what the fit of a photo knows beforehand: how people stand, and where on the body landmarks lie."""
