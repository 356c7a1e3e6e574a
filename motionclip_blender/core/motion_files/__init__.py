"""Reads and writes motions as `.npz` files in the SMPL family's forms."""
