"""The training of the auto-encoder. The way begins in `train`:

`config` holds the settings, `dataset` and `embeddings` the samples, `linear_start` where the weights begin, `run` the
loop with its checkpoints, `step` one step of it, `losses` and `body_loss` what is minimised; `export` makes a pack.
"""
