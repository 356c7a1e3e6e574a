"""Implements latents saved in the .blend file."""
