"""Computes the latents of the Actions in the user's asset libraries.

A separate Blender reads the Actions once; then the latents are cached. All functions except `Shelves.of` may run in a
worker.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import bpy

from ...core.errors import UserError
from ...core.progress import Progress
from ..addon import ADDON

if TYPE_CHECKING:
    import numpy as np

    from ...core.engine import Engine
    from ...core.motion import Motion
    from ...rig.library_rig import RigReader
    from ...rig.read_action import ActionCurves, ActionReader

    Reader = ActionReader | RigReader

SCRIPT = Path(__file__).resolve().parents[2] / "rig" / "library.py"

_POLL_SECONDS = 0.05
_READING = 0.7  # the part of the progress for reading files, if there are any to read


class Shelves(NamedTuple):
    """The libraries to read, as plain values.

    libraries: names and folders.
    current: the file that is open, which is left out; empty for none.
    cache: the folder that keeps latents between sessions; None if the add-on is not installed as an extension.
    command: the beginning of the command line of the Blender that reads.
    """

    libraries: tuple[tuple[str, str], ...]
    current: str
    cache: Path | None
    command: tuple[str, ...]

    @classmethod
    def of(cls, context: bpy.types.Context) -> Shelves:
        """Returns the asset libraries of the preferences."""
        from ...rig.process import own_command

        chosen = context.preferences.filepaths.asset_libraries
        libraries = tuple((library.name, bpy.path.abspath(library.path)) for library in chosen if library.path)
        try:
            cache = Path(bpy.utils.extension_path_user(ADDON, path="libraries", create=True))
        except (ValueError, OSError):
            cache = None
        return cls(libraries, bpy.data.filepath, cache, tuple(own_command(SCRIPT)))


@dataclass
class Found:
    """Latents (D,) by file and name of the Action. said: sentences about what could not be read."""

    latents: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


class Libraries:
    """The latents of all libraries that were read, one object per Blender."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, np.ndarray]] = {}

    def latents(self, engine: Engine, reader: Reader, shelves: Shelves, progress: Progress) -> Found:
        """Returns the latents of all Actions that are assets, as they move the person of `reader`.

        Each is the mean over windows of the Action. Reads only files that are new or have changed. Raises what
        `progress` raises, and `UserError` if no Blender can be started.
        """
        import tempfile

        found = Found()
        progress("Looking for asset libraries", 0.0)
        keys = {path: _key(path, engine, reader) for path in _files(shelves, found.said)}
        missing = []
        for path, key in keys.items():
            if key not in self._known:
                known = _cached(shelves.cache, path, key)
                if known is None:
                    missing.append(path)
                else:
                    self._known[key] = known
        failed = []
        with tempfile.TemporaryDirectory() as folder:
            read = _read(missing, shelves, Path(folder), reader, lambda stage, done: progress(stage, _READING * done))
            for i, (path, assets) in enumerate(zip(missing, read, strict=True)):
                if assets is None:
                    failed.append(path)
                    continue

                def step(_: str, fraction: float, i: int = i, path: str = path) -> None:
                    progress(Path(path).name, _READING + (1 - _READING) * (i + fraction) / len(missing))

                self._known[keys[path]] = latents = _latents(engine, reader, assets, step)
                _keep(shelves.cache, path, keys[path], latents)
        for path, key in keys.items():
            for name, latent in self._known.get(key, {}).items():
                found.latents[path, name] = latent
        if failed:
            found.said.append(_unreadable(failed))
        return found

    def forget(self) -> None:
        """Forgets the latents in memory; those on disk are kept."""
        self._known.clear()


LIBRARIES = Libraries()


def _files(shelves: Shelves, said: list[str]) -> Iterator[str]:
    """Yields the .blend files of the libraries, each once and without the file that is open."""
    seen = {str(Path(shelves.current).resolve())} if shelves.current else set()
    for name, folder in shelves.libraries:
        if not os.path.isdir(folder):
            said.append(f'The asset library "{name}" is not there ({folder}); see Preferences, File Paths.')
            continue
        for path in sorted(Path(folder).rglob("*.blend")):
            resolved = str(path.resolve())
            if resolved not in seen and not path.name.startswith(".") and path.is_file():
                seen.add(resolved)
                yield str(path)


def _key(path: str, engine: Engine, reader: Reader) -> str:
    """Returns a digest of everything that the latents of a file depend on."""
    parts: list[object] = [path]
    for file in (Path(path), engine.pack.weights_path):
        with contextlib.suppress(OSError):  # deleted since it was listed; then it cannot be read either
            stat = file.stat()
            parts += [stat.st_mtime_ns, stat.st_size]
    digest = hashlib.blake2b(repr(parts).encode("utf-8", "surrogateescape"), digest_size=20)
    digest.update(reader.identity())
    return digest.hexdigest()


def _read(
    paths: Sequence[str], shelves: Shelves, folder: Path, reader: Reader, progress: Progress
) -> list[Sequence[ActionCurves | tuple[str, Motion]] | None]:
    """Reads the assets of each file; None for a file that cannot be read."""
    from ...rig.library import read_assets
    from ...rig.library_rig import RigReader, read_motions

    by_rig = isinstance(reader, RigReader)
    more = reader.arguments if isinstance(reader, RigReader) else []
    found: list[Sequence[ActionCurves | tuple[str, Motion]] | None] = []
    while len(found) < len(paths):
        rest = paths[len(found) :]
        out = folder / str(len(found))
        out.mkdir()
        reached = _run(rest, shelves, out, more, lambda stage, done: progress(stage, (len(found) + done) / len(paths)))
        for i in range(reached):
            path = out / f"{i}.npz"
            found.append(None if not path.is_file() else read_motions(path) if by_rig else read_assets(path))
        if reached < len(rest):
            found.append(None)  # this file crashed the Blender that read it; another one reads the rest
    return found


def _run(paths: Sequence[str], shelves: Shelves, out: Path, more: Sequence[str], progress: Progress) -> int:
    """Has another Blender read the files. Returns how many it finished. more: arguments for it."""
    from ..tasks.child import Child

    todo = out / "list.json"
    todo.write_text(json.dumps(list(paths)), encoding="utf-8")
    child = Child([*shelves.command, str(todo), str(out), *more])
    try:
        while not child.ended:
            name = Path(child.message).name
            progress(f"Reading {name}" if name else "Starting Blender to read libraries", child.done)
            time.sleep(_POLL_SECONDS)
    finally:
        child.close()
    if not child.total:
        last = child.said[-1] if child.said else "it said nothing"
        raise UserError(f"The asset libraries cannot be read: Blender did not start ({last}); search without them.")
    return child.done


def _latents(
    engine: Engine, reader: Reader, assets: Sequence[ActionCurves | tuple[str, Motion]], progress: Progress
) -> dict[str, np.ndarray]:
    """Computes the latents of a file's Actions, by name."""
    latents = {}
    for i, asset in enumerate(assets):

        def step(stage: str, fraction: float, i: int = i) -> None:
            progress(stage, (i + fraction) / len(assets))

        # Actions of other rigs, and Actions that are too long, are left out
        with contextlib.suppress(UserError):
            name, motion = asset if isinstance(asset, tuple) else (asset.name, _motion(reader, asset))
            latents[name] = engine.encode(motion, progress=step)
    return latents


def _motion(reader: Reader, asset: ActionCurves) -> Motion:
    """Returns the motion of curves that an SMPL-X armature's reader reads. Raises `UserError`."""
    from ...rig.read_action import ActionReader

    assert isinstance(reader, ActionReader)  # another one is given motions
    keys = reader.keys(asset)
    return keys.motion(keys.rate)


# --- the cache on disk: one file for each .blend file


def _cache_path(cache: Path, path: str) -> Path:
    digest = hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=12)
    return cache / f"{digest.hexdigest()}.npz"


def _cached(cache: Path | None, path: str, key: str) -> dict[str, np.ndarray] | None:
    import numpy as np

    if cache is None:
        return None
    try:
        with np.load(_cache_path(cache, path), allow_pickle=False) as data:
            if str(data["key"]) != key:
                return None
            names, latents = json.loads(str(data["names"])), data["latents"]
    except Exception:  # of many kinds, for a file that is missing or damaged: it is written anew
        return None
    return dict(zip(names, latents, strict=True)) if len(names) == len(latents) else None


def _keep(cache: Path | None, path: str, key: str, latents: dict[str, np.ndarray]) -> None:
    import numpy as np

    from ...core.files import write_arrays

    if cache is None:
        return
    stacked = np.stack(list(latents.values())) if latents else np.empty((0, 0), np.float32)
    # if the disk is full or read-only, the file is only read again next time
    arrays = {"key": np.array(key), "names": np.array(json.dumps(list(latents))), "latents": stacked}
    with contextlib.suppress(UserError, OSError):
        write_arrays(_cache_path(cache, path), arrays)


def _unreadable(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return f"{paths[0]} cannot be read and was left out."
    return f"{len(paths)} files of the asset libraries cannot be read and were left out, such as {paths[0]}."
