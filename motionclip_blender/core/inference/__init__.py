"""Runs the networks' forward passes in numpy, which Blender ships; the add-on and the command line use them."""
