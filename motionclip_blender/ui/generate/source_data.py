"""Collects the data that a recipe names in the main thread before the work: Actions, images, saved latents."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import bpy

from ...core.errors import ExpressionError, UserError
from ..tasks.main_thread import all_at_once
from .action_reading import keys_of

if TYPE_CHECKING:
    import numpy as np

    from ...core.latents.sources import Inputs
    from ...core.latents.terms import Source, Term
    from ...core.latents.window_pooling import WindowPooling
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown

_NONE: Mapping = MappingProxyType({})


class SourceData(NamedTuple):
    """The data by the names in the terms: Actions' keys, pictures (H, W, 3) uint8, saved latents (D,).

    said: sentences about parts of the Actions that are left out. makers: name and version of the packs that made the
    latents.
    """

    keys: Mapping[str, KeptKeys | Shown] = _NONE
    images: Mapping[str, np.ndarray] = _NONE
    latents: Mapping[str, np.ndarray] = _NONE
    said: tuple[str, ...] = ()
    makers: Mapping[str, str] = _NONE

    def inputs(self, terms: Iterable[Term]) -> Inputs:
        """Returns the inputs of `core.latents.sources` for these terms. Slow for long Actions; runs in any thread."""
        from ...core.latents.sources import Inputs
        from ...core.latents.terms import ActionName

        wanted = {term.source for term in terms}
        motions = {name: keys.motion(keys.rate) for name, keys in self.keys.items() if ActionName(name) in wanted}
        return Inputs(motions, self.images, self.latents, self.makers)

    def identity(self, source: Source, pooling: WindowPooling) -> object:
        """Returns what identifies a source's latent: its name, and the data that the name refers to now."""
        from ...core.latents.terms import ActionName, ImageFile, SavedLatent

        match source:
            case ActionName(name) if name in self.keys:
                return source, pooling, self.keys[name].digest()
            case ImageFile(path) if path in self.images:
                return source, hashlib.blake2b(self.images[path].data).digest()
            case SavedLatent(name) if name in self.latents:
                return source, self.latents[name].tobytes()
        return source


def read_sources(
    scene: bpy.types.Scene, armature: bpy.types.Object, terms: Iterable[Term], as_shown: bool = False
) -> SourceData:
    """Reads the data of all terms that exists; `core.latents.sources` reports missing data.

    Actions are read as they move `armature`. Images and latents may be files. Raises `ExpressionError` for data that
    exists but cannot be read.
    as_shown: whether Actions are read as Blender shows them.
    """
    from ...core.latents import file as latent_file
    from ...core.latents.terms import ActionName, ImageFile, SavedLatent
    from ...rig.pictures import image_pixels, read_pixels
    from ..latents.saved import makers, saved

    keys: dict[str, KeptKeys | Shown] = {}
    images: dict[str, np.ndarray] = {}
    latents: dict[str, np.ndarray] = {}
    said: dict[str, None] = {}
    there, made_by = saved(scene), makers(scene)
    for term in terms:
        try:
            match term.source:
                case ActionName(name) if name not in keys and name in bpy.data.actions:
                    read = all_at_once(keys_of(armature, bpy.data.actions[name], as_shown))
                    keys[name], beside = read
                    said |= dict.fromkeys(beside)
                case ImageFile(name) if name not in images:
                    image = bpy.data.images.get(name)
                    images[name] = image_pixels(image) if image else read_pixels(bpy.path.abspath(name))
                case SavedLatent(name) if name in there:
                    latents[name] = there[name]
                case SavedLatent(name) if os.path.isfile(path := bpy.path.abspath(name)):
                    latents[name] = latent_file.load(Path(path))
                    made_by[name] = latent_file.maker(Path(path))
        except UserError as error:
            raise ExpressionError(term.at, str(error)) from error
    return SourceData(keys, images, latents, tuple(said), made_by)
