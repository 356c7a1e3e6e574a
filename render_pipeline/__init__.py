"""Renders training frames without a screen: triplets of motion, caption and picture.

`python -m render_pipeline --motions DATA --out FRAMES`; docs/rendering.md describes the output.
"""
