"""Motions as `.npz` files in the SMPL family's forms."""
