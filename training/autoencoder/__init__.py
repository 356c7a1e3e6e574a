"""Trains the auto-encoder. `train` is the first file to read.

`config` holds the settings, `dataset` and `embeddings` make the samples, `windows` draws windows of them, as often as
`balance` says, which `foreign` changes as other skeletons would; `images_of_spans` finds the rendered frames that they
show; `linear_start` initialises the linear part, `run` holds the training loop and its checkpoints, `step` one step of
it, `losses` and `body_loss` the loss terms; `export` makes a pack.
"""
