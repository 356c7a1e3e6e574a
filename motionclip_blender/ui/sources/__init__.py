"""Lets the user choose where a latent comes from."""
