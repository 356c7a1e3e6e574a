"""Implements arithmetic of latents: an expression, the list of its terms, and the motions made from it."""
