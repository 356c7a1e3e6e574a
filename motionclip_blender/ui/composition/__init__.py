"""The upper body of one motion over the lower body of another."""
