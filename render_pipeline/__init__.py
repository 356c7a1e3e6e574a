"""Headless rendering of training frames, in the Blender that also animates: (motion, caption, picture) triplets.

`python -m render_pipeline --motions DATA --out FRAMES`; docs/rendering.md says what comes out.
"""
