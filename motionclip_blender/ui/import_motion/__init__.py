"""Imports files: motions, saved latents, images."""
