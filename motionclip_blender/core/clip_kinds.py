"""Which CLIP a pack was trained with: the one that ships with the extension, one of open_clip's, or a file's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClipSpec:
    """The embedded CLIP: the text tower that ships with the extension, and the pack's projection of its output.

    model: its name in open_clip. package: the Python package that carries the text tower's weights, of this
    sha256. width: of the latent space. context_length: tokens read of a prompt.
    """

    model: str
    package: str
    sha256: str
    width: int
    context_length: int


@dataclass(frozen=True)
class OpenClip:
    """A CLIP of open_clip's, whose weights lie where the user has them.

    model, pretrained: as `open_clip.create_model` takes them. width: of the latent space.
    """

    model: str = "ViT-B-32-quickgelu"
    pretrained: str = "openai"
    width: int = 512

    def __str__(self) -> str:
        return f"{self.model} ({self.pretrained})"


@dataclass(frozen=True)
class ClipFile:
    """A CLIP whose weights lie in the pack's folder.

    file: its name there. model: the one of open_clip's that it is the weights of. width: of the latent space.
    """

    file: str
    model: str = "ViT-B-32-quickgelu"
    width: int = 512


Clip = ClipSpec | OpenClip | ClipFile

KINDS: dict[str, type] = {"minilm": ClipSpec, "open_clip": OpenClip, "file": ClipFile}
"""By what `pack.json` calls them."""
