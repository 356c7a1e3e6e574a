"""Data sets, losses, the training loop, packs out. Needs the extra `training`."""
