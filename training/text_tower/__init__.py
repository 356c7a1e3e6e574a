"""The text tower: `minilm` is the embedded default CLIP's, `build` makes the extension's 8-bit form of it."""
