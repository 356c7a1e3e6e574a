"""Headless rendering of training frames, in the Blender that also animates.

Empty in this release: the image loss (equation 3 of the paper), which needs the frames, is not trained yet.
"""
