"""The text tower: `minilm` describes the default CLIP, `build` makes the extension's 8-bit form of its weights."""
