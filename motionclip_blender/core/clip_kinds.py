"""Describes which CLIP a pack was trained with: the extension's own, one of open_clip's, or a file's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AdapterSize:
    """Sizes of a text adapter (`inference.text_adapter`).

    heads: learned queries that read the tokens. head_width: numbers that each of them finds. hidden: width of the
    network that makes of these, and of the tokens' mean, what is added to the mean.
    """

    heads: int
    head_width: int
    hidden: int


@dataclass(frozen=True)
class ClipSpec:
    """The embedded CLIP: the text tower that ships with the extension, and the pack's projection of its output.

    model: its name in open_clip.
    package: the Python package with the text tower's weights.
    sha256: digest of these weights.
    width: width of the latent space.
    context_length: number of tokens that are read of a prompt.
    adapter: sizes of the pack's text adapter, which changes the tower's embeddings; None for a pack without one.
    """

    model: str
    package: str
    sha256: str
    width: int
    context_length: int
    adapter: AdapterSize | None = None


@dataclass(frozen=True)
class OpenClip:
    """A CLIP of open_clip's, with weights outside of the pack.

    model, pretrained: as `open_clip.create_model` takes them.
    width: width of the latent space.
    """

    model: str = "ViT-B-32-quickgelu"
    pretrained: str = "openai"
    width: int = 512

    def __str__(self) -> str:
        return f"{self.model} ({self.pretrained})"


@dataclass(frozen=True)
class ClipFile:
    """A CLIP with weights in the pack's folder.

    file: name of the weights file.
    model: open_clip's name of the model that the weights belong to.
    width: width of the latent space.
    """

    file: str
    model: str = "ViT-B-32-quickgelu"
    width: int = 512


Clip = ClipSpec | OpenClip | ClipFile

KINDS: dict[str, type] = {"minilm": ClipSpec, "open_clip": OpenClip, "file": ClipFile}
"""Classes by the `kind` that `pack.json` gives."""
