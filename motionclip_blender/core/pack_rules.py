"""Checks the contents of a `pack.json`, which may come from an untrusted author."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .pose_format import AHEAD, FIRST_ROWS
from .prompt import MAX_FRAMES

_SEAM_FRAMES = 12  # a pack's longest motion is longer than this: the engine fades windows into each other

# Numbers have their lowest and their highest value, as integers where the value must be one;
# texts have a pattern for the whole text. Names become names of files and modules, and so must be no paths.
_FLAG = bool
_TOP = {"name": r"[^\x00-\x1f\ud800-\udfff]{1,200}", "version": r"[^\x00-\x1f\ud800-\udfff]{1,100}",
        "licence": r"[^\ud800-\udfff]{1,10000}", "fps": (1.0, 1000.0)}  # fmt: skip
_NETWORK = {
    "width": (1, 8192), "layers": (1, 64), "heads": (1, 256), "feed_forward": (1, 65_536), "dropout": (0.0, 1.0),
    "position_base": (1.0, 1e6), "pre_norm": _FLAG, "integrates_translation": _FLAG, "cosines": (0, 1024),
    "period": (1, 10_000), "reader_width": (1, 65_536), "reader_blocks": (0, 64),
    "prefix_tokens": (1, 2), "latent": (1, 8192),
}  # fmt: skip
_OFFICIAL = {name: _NETWORK[name] for name in ("width", "layers", "heads", "feed_forward", "dropout")}
_CLIP = {"model": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "package": r"[A-Za-z][A-Za-z0-9_]{0,99}",
         "sha256": r"[0-9a-fA-F]{64}", "width": (1, 8192), "context_length": (1, 4096)}  # fmt: skip
_OPEN_CLIP = {"model": _CLIP["model"], "pretrained": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "width": _CLIP["width"]}
_CLIP_FILE = {"model": _CLIP["model"], "file": r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", "width": _CLIP["width"]}
_ADAPTER = {"heads": (1, 64), "head_width": (1, 8192), "hidden": (1, 8192)}
_KINDS: dict[str, dict[str, tuple[Any, Any]]] = {
    "network": {"ours": (_NETWORK, ()), "official": (_OFFICIAL, _OFFICIAL)},
    "clip": {"minilm": (_CLIP, _CLIP), "open_clip": (_OPEN_CLIP, _OPEN_CLIP), "file": (_CLIP_FILE, _CLIP_FILE)},
}
"""For the parts that come in kinds: the values that each kind may hold, and those that it must hold."""
_POSE_FORMAT = ("joints", "rotation", "up", "last_row", "heading")
_LATENTS = "unnormalised|normalised"
_CHECKSUM = r"[0-9a-fA-F]{64}"
_IMAGE = {"image_size": (1, 1024), "layers": (1, 64), "width": (1, 8192), "head_width": (1, 1024),
          "patch_size": (1, 256)}  # fmt: skip


def in_format_2(data: dict[str, Any]) -> dict[str, Any]:
    """Converts a `pack.json` of format 1 to format 2. Raises as `check_description`."""
    told = {name: value for name, value in data.items() if name not in ("joints", "translation")}
    if "joints" not in data:
        raise KeyError("joints")
    told["pose_format"] = {
        "joints": data["joints"], "rotation": FIRST_ROWS, "up": "y", "last_row": data["translation"], "heading": AHEAD,
    }  # fmt: skip
    told["latents"] = "unnormalised"
    for name, kind in (("network", "ours"), ("clip", "minilm")):
        if type(part := data[name]) is not dict or "kind" in part:
            raise ValueError(f"{name} is {_short(part)}")
        told[name] = part | {"kind": kind}
    return told


def check_description(data: dict[str, Any]) -> None:
    """Raises `KeyError` for a missing entry of a `pack.json` of format 2, `ValueError` for an invalid one.

    Checks types, sizes that a computer can work with, and that names are no paths. Does not check names of joints and
    the like.
    """
    _check(data, _TOP | {"latents": _LATENTS})
    for what, kinds in _KINDS.items():
        part = data[what]
        kind = part.get("kind") if type(part) is dict else None
        if type(kind) is not str or kind not in kinds:
            raise ValueError(f"{what} is {_short(part)}" if kind is None else f"{what}: kind is {_short(kind)}")
        allowed, needed = kinds[kind]
        own = {name: value for name, value in part.items() if name != "kind"}
        if kind == "minilm" and "adapter" in own:
            _check_part(own.pop("adapter"), "clip: adapter", _ADAPTER, _ADAPTER)
        _check_part(own, what, allowed, needed)
    if data.get("image"):
        _check_part(data["image"], "image", _IMAGE, _IMAGE)
    _check_frames(data["frames"])
    _check_pose_format(data["pose_format"])
    for name in ("info", "checksums"):
        if type(part := data.get(name, {})) is not dict:
            raise ValueError(f"{name} is {_short(part)}")
    _check(data.get("checksums", {}), dict.fromkeys(data.get("checksums", {}), _CHECKSUM), "checksums: ")


def _check(values: dict[str, Any], allowed: dict[str, Any], of: str = "") -> None:
    """Raises `KeyError` for a missing value, `ValueError` for an invalid one."""
    for name, rule in allowed.items():
        if name not in values:
            raise KeyError(of + name)
        value = values[name]
        if rule is _FLAG:
            right = type(value) is bool
        elif isinstance(rule, str):
            right = type(value) is str and re.fullmatch(rule, value) is not None
        else:
            low, high = rule
            right = type(value) in {int, type(low)} and low <= value <= high  # nan is not
        if not right:
            raise ValueError(f"{of}{name} is {_short(value)}")


def _check_part(values: object, what: str, allowed: dict[str, Any], needed: Iterable[str]) -> None:
    """Checks a part of the file as `_check` does; it must hold all of `needed`, and nothing that is not `allowed`."""
    if type(values) is not dict:
        raise ValueError(f"{what} is {_short(values)}")
    if unknown := [name for name in values if name not in allowed]:
        raise ValueError(f"{what} has an unknown {_short(unknown[0])}")
    _check(values, {name: rule for name, rule in allowed.items() if name in values or name in needed}, f"{what}: ")
    for whole, part in (("width", "heads"), ("width", "head_width"), ("image_size", "patch_size")):
        if whole in values and part in values and values[whole] % values[part]:
            raise ValueError(f"{what}: {whole} {values[whole]} is no multiple of {part} {values[part]}")


def _check_frames(values: object) -> None:
    if not (isinstance(values, list) and len(values) == 2 and all(type(value) is int for value in values)):
        raise ValueError(f"frames is {_short(values)}")
    if not (1 <= values[0] <= values[1] and _SEAM_FRAMES < values[1] <= MAX_FRAMES):
        raise ValueError(f"frames is {_short(values)}")


def _check_pose_format(values: object) -> None:
    if type(values) is not dict:
        raise ValueError(f"pose_format is {_short(values)}")
    if unknown := [name for name in values if name not in _POSE_FORMAT]:
        raise ValueError(f"pose_format has an unknown {_short(unknown[0])}")
    if missing := [name for name in _POSE_FORMAT if name not in values]:
        raise KeyError(f"pose_format: {missing[0]}")
    joints = values["joints"]
    if type(joints) is not list or not joints or len({str(name) for name in joints}) < len(joints):
        raise ValueError(f"joints is {_short(joints)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "..."
