"""Builds the text tower: `minilm` describes the default CLIP, `build` makes the 8-bit form of its weights."""
