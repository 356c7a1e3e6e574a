"""Names latents in expressions (`terms`, `expression`), computes them (`sources`, `arithmetic`, `styles`), pools the
windows of long motions (`window_pooling`), and stores them (`file`, `cache`)."""
