"""AMASS motions with BABEL labels, as shards of windows: what the paper trains on."""
