"""Prepares AMASS motions with BABEL labels as shards of windows, which the paper trains on."""
