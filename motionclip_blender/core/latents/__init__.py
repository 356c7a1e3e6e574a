"""Latents: how expressions name them (`terms`, `expression`), where they come from (`sources`), what is made of them
(`arithmetic`, `styles`), how long motions become one (`window_pooling`), files and a cache.
"""
