"""What to make, as one plain value, and the making."""
