"""Checks everything that the add-on needs, and says what to do about each problem. Works without numpy."""

from __future__ import annotations

import importlib.util
import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from .clip_kinds import ClipSpec
from .errors import UserError
from .libraries import check_numpy, failed_import
from .memory import memory
from .network_size import OfficialNetwork
from .pack import Pack
from .progress import no_progress

OLDEST_BLENDER = (4, 2)
_NOT_WITHOUT_NUMPY = "not looked at: it cannot be read without numpy"
_NEEDED = 300  # megabytes: what the engine takes, and a motion of the longest length


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    state: "good", "note" (does not limit anything), or "bad" (then `text` says what to do).
    subject, text: English; `text` is a sentence or a part of one.
    """

    subject: str
    state: str
    text: str


@dataclass(frozen=True)
class Installation:
    """The values to check.

    addon, blender: their versions, as text and as numbers.
    pack_folder, body_file: empty for those that ship.
    compute: one of `networks.COMPUTE`.
    clip_file, clip_folder: of CLIP's weights; empty for those in the user's cache.
    online: whether the network may be used; the check itself does not use it.
    engine: the name of the engine that is loaded; empty if there is none.
    """

    addon: str = ""
    blender: tuple[int, ...] = ()
    pack_folder: str = ""
    body_file: str = ""
    compute: str = "automatic"
    clip_file: str = ""
    clip_folder: str = ""
    online: bool = False
    engine: str = ""


def self_check(what: Installation) -> list[Finding]:
    """Returns all findings, the good ones too. Raises nothing; a check that fails is a finding."""
    checks = (_addon, _system, _blender, _python, _numpy, _pack, _text, _body, _torch, _engine, _memory)
    return [_checked(check, what) for check in checks]


def as_text(findings: Iterable[Finding]) -> str:
    """Returns the report as text for a support request: one line per finding, bad ones marked by "!"."""
    marks = {"good": " ", "note": "-", "bad": "!"}
    return "".join(f"{marks[found.state]} {found.subject}: {found.text}\n" for found in findings)


def _checked(check, what: Installation) -> Finding:
    try:
        return check(what)
    except Exception as error:
        subject = check.__name__.strip("_")
        return Finding(subject, "bad", f"The check has failed ({type(error).__name__}: {error}); please report it.")


def _addon(what: Installation) -> Finding:
    return Finding("MotionCLIP", "good", what.addon if what.addon else "from its source folder")


def _system(what: Installation) -> Finding:
    # a kernel's number says little; "11" of Windows says much
    release = "" if sys.platform == "linux" else f" {platform.release()}"
    return Finding("System", "good", f"{platform.system()}{release}, {platform.machine()}")


def _blender(what: Installation) -> Finding:
    version = ".".join(map(str, what.blender))
    if what.blender and what.blender[:2] < OLDEST_BLENDER:
        return Finding("Blender", "bad", f"{version} is older than 4.2; use a newer Blender.")
    return Finding("Blender", "good", version)


def _python(what: Installation) -> Finding:
    return Finding("Python", "good", platform.python_version())


def _numpy(what: Installation) -> Finding:
    try:
        check_numpy()
    except UserError as error:
        return Finding("numpy", "bad", str(error))
    import numpy

    return Finding("numpy", "good", numpy.__version__)


def _pack(what: Installation) -> Finding:
    try:
        pack = _the_pack(what)
        if not _numpy_is_there():
            return Finding("Model pack", "note", f"{pack.name} {pack.version}; its files cannot be read without numpy")
        from .inference.networks import load_image_tower, pack_arrays

        pack_arrays(pack)
        if pack.image is not None:  # CLIP's own is looked at with the text encoder
            load_image_tower(pack)
    except UserError as error:
        return Finding("Model pack", "bad", str(error))
    size, fps, (shortest, longest) = pack.network_size, pack.fps, pack.frames
    name, layers, joints = f"{pack.name} {pack.version}", size.layers, len(pack.joints)
    frames = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
    if isinstance(pack.network, OfficialNetwork):
        text = f"{name}: the paper's released network, {layers} layers, {joints} joints, {frames} frames at {fps:g} fps"
    else:
        text = f"{name}: the project's own network, {layers} layers, {joints} joints, {frames} frames at {fps:g} fps"
    return Finding("Model pack", "good", text)


def _text(what: Installation) -> Finding:
    if not _numpy_is_there():
        return Finding("Text encoder", "note", _NOT_WITHOUT_NUMPY)
    try:
        pack = _the_pack(what)
    except UserError:
        return Finding("Text encoder", "note", "not looked at: the model pack says which it is")
    try:
        if isinstance(pack.clip, ClipSpec):
            from .inference.text_tower import load_tokenizer, tower_arrays

            tower_arrays(pack.clip)
            load_tokenizer()
        else:
            from .clip_weights import ClipSource
            from .inference.clip_towers import load_text_tower
            from .inference.networks import clip_path

            file, folder = (Path(name) if name else None for name in (what.clip_file, what.clip_folder))
            load_text_tower(clip_path(pack, ClipSource(file, folder), no_progress), pack.clip.model)
    except UserError as error:
        return Finding("Text encoder", "bad", str(error))
    return Finding("Text encoder", "good", pack.clip.model)


def _the_pack(what: Installation) -> Pack:
    return Pack.load(Path(what.pack_folder) if what.pack_folder else None)


def _numpy_is_there() -> bool:
    try:
        check_numpy()
    except UserError:
        return False
    return True


def _body(what: Installation) -> Finding:
    if not _numpy_is_there():
        return Finding("Body model", "note", _NOT_WITHOUT_NUMPY)
    try:
        from .body import Body

        body = Body.load(what.body_file or None)
    except UserError as error:
        return Finding("Body model", "bad", str(error))
    if what.body_file:
        return Finding("Body model", "good", f"{body.path.name}, {len(body.template):,} vertices")
    return Finding("Body model", "good", "the open body that ships")


def _torch(what: Installation) -> Finding:
    if what.compute in ("automatic", "numpy"):
        if _is_there("torch"):
            return Finding("PyTorch", "good", f"{_version('torch')}, not needed")
        return Finding("PyTorch", "good", "not there, and not needed")
    try:
        from .model import devices

        version, found = devices.version(), devices.has_device(what.compute)
    except Exception as error:
        told = failed_import(error) or f"PyTorch cannot be loaded ({error}); install it anew."
        return Finding("PyTorch", "bad", f"{told} Or choose another Compute in the preferences.")
    if not found:
        device = what.compute.upper()
        return Finding("PyTorch", "bad", f"{version} finds no {device} device; choose another Compute.")
    return Finding("PyTorch", "good", version)


def _is_there(package: str) -> bool:
    """Checks whether a package could be imported, without importing it, which may take seconds."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # its parent package or its module is broken
        return False


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return str(getattr(sys.modules.get(package), "__version__", ""))


def _engine(what: Installation) -> Finding:
    return Finding("Engine", "good", f"{what.engine} is loaded" if what.engine else "loads with the first prompt")


def _memory(what: Installation) -> Finding:
    found = memory()
    if found.used is None:
        return Finding("Memory", "note", "this system does not tell")
    if found.available is None:
        return Finding("Memory", "good", f"Blender has taken {found.used:,} MB")
    if found.available < _NEEDED and not what.engine:
        return Finding(
            "Memory",
            "bad",
            f"Only {found.available:,} MB are free, the engine takes up to {_NEEDED}; close other programs or files.",
        )
    return Finding("Memory", "good", f"Blender has taken {found.used:,} MB, {found.available:,} MB are free")
