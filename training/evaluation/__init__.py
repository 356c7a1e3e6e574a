"""Measures a pack: recognition, retrieval, generated motion, reconstruction, interpolation and style."""
