"""What a recipe names, collected from Blender in the main thread before the work: Actions, images, saved latents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from ..core.errors import UserError
from ..core.terms import ActionName, ExpressionError, ImageFile, SavedLatent, Source, Term

if TYPE_CHECKING:
    import numpy as np

    from ..core.reading import Reading
    from ..core.sources import Material
    from ..rig.keys import KeptKeys


@dataclass(frozen=True)
class Gathered:
    """By the names that the terms call them: Actions' keys, pictures (H, W, 3) uint8, saved latents (D,)."""

    keys: Mapping[str, KeptKeys] = field(default_factory=dict)
    images: Mapping[str, np.ndarray] = field(default_factory=dict)
    latents: Mapping[str, np.ndarray] = field(default_factory=dict)

    def material(self, terms: Iterable[Term]) -> Material:
        """What `core.sources` works on, for these terms. Takes time for long Actions; may run in any thread."""
        from ..core.sources import Material

        wanted = {term.source for term in terms}
        motions = {name: keys.motion(keys.rate) for name, keys in self.keys.items() if ActionName(name) in wanted}
        return Material(motions, self.images, self.latents)

    def identity(self, source: Source, reading: Reading) -> object:
        """What tells a source's latent from all others: its name, and what stands behind the name just now."""
        match source:
            case ActionName(name) if name in self.keys:
                return source, reading, _digest(self.keys[name])
            case ImageFile(path) if path in self.images:
                return source, hashlib.blake2b(self.images[path]).digest()
            case SavedLatent(name) if name in self.latents:
                return source, self.latents[name].tobytes()
        return source


def gathered(scene: bpy.types.Scene, armature: bpy.types.Object, terms: Iterable[Term]) -> Gathered:
    """All that the terms name and that is there; what is not is said by `core.sources`.

    Actions are read as they move `armature`. Images and latents may be files. Raises `ExpressionError` for what is
    there and cannot be read.
    """
    from ..core import latent_file
    from ..rig.keys import kept_keys
    from ..rig.pictures import image_pixels, read_pixels
    from .latents import saved

    keys, images, latents = {}, {}, {}
    there = saved(scene)
    for term in terms:
        try:
            match term.source:
                case ActionName(name) if name not in keys and name in bpy.data.actions:
                    keys[name] = kept_keys(armature, bpy.data.actions[name])
                case ImageFile(name) if name not in images:
                    image = bpy.data.images.get(name)
                    images[name] = image_pixels(image) if image else read_pixels(bpy.path.abspath(name))
                case SavedLatent(name) if name in there:
                    latents[name] = there[name]
                case SavedLatent(name) if (path := Path(bpy.path.abspath(name))).is_file():
                    latents[name] = latent_file.load(path)
        except UserError as error:
            raise ExpressionError(term.at, str(error)) from error
    return Gathered(keys, images, latents)


def _digest(keys: KeptKeys) -> bytes:
    found = hashlib.blake2b(repr((keys.first, keys.last, keys.rate, keys.bones.scale)).encode())
    found.update(keys.bones.frames.tobytes())
    found.update(keys.bones.location_axes.tobytes())
    for mode, channels in [*keys.joints, ("", keys.location)]:
        found.update(mode.encode())
        for curve in channels:
            found.update(b"-" if curve is None else curve.keys.tobytes() + curve.kinds.tobytes())
            if curve is not None:
                found.update(curve.handles.tobytes())
    return found.digest()
