"""Arithmetic of latents: an expression, the list of its terms, and motions made of it."""
