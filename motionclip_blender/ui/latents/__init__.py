"""Latents saved in the .blend file."""
