"""The training of the image tower. The way begins in `train`: `frames` reads rendered frames from the shards of
`render_pipeline`, `samples` pairs them with captions, `start` says where the weights begin.
"""
