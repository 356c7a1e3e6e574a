"""Where a latent comes from, as the panels ask for it."""
