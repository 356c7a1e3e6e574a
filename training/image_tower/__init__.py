"""Trains the image tower. `train` is the first file to read.

`frames` reads rendered frames from the shards of `render_pipeline`, `samples` pairs them with captions, `start`
initialises the weights.
"""
