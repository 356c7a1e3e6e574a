"""Which bone of a known rig is which SMPL-X joint: `rig_maps.json`, and the user's own files of the same form."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import INDEX

RIG_MAPS = Path(__file__).with_name("rig_maps.json")

RigMap = dict[str, tuple[str, str, float]]
"""SMPL-X joint -> (bone a, bone b, weight): the rotation `weight` of the way from a to b."""

_NEEDED = tuple(
    f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)


@cache
def rig_maps(path: Path = RIG_MAPS) -> dict[str, RigMap]:
    """The rigs of a file, their left and right written out. Raises `UserError` when it is none of that form."""
    try:
        entries = json.loads(path.read_bytes())
        return {rig: _written_out(path, rig, entry) for rig, entry in entries.items() if not rig.startswith("_")}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is not a file of rig maps; see training/rig_maps.json for the form.") from error


def _written_out(path: Path, rig: str, entry: dict) -> RigMap:
    pairs: RigMap = {}
    for side, mark in zip(("left", "right"), entry["sides"], strict=True):
        for joint, bone in entry.items():
            if joint != "sides":
                a, b, weight = (bone, bone, 0.0) if isinstance(bone, str) else bone
                pairs[joint.format(side=side)] = (a.format(s=mark), b.format(s=mark), float(weight))
    unknown = [joint for joint in pairs if joint not in INDEX]
    missing = [joint for joint in ("pelvis", "head", *_NEEDED) if joint not in pairs]
    if unknown or missing:
        wrong = f"names {unknown[0]}, which is no SMPL-X joint" if unknown else f"leaves out {missing[0]}"
        raise UserError(f"{path}: the map {rig!r} {wrong}; correct it.")
    return pairs


def matching_map(bones: tuple[str, ...], own: Path | None = None) -> RigMap:
    """The map whose bones are all there, of the file `own` first. Raises `UserError` when none fits."""
    present = set(bones)
    for path in ([own] if own else []) + [RIG_MAPS]:
        for pairs in rig_maps(path).values():
            if all(a in present and b in present for a, b, _ in pairs.values()):
                return pairs
    raise UserError(
        f"No rig map fits the bones {', '.join(bones[:5])} ...; write one of your own and name it with --rig-maps."
    )
