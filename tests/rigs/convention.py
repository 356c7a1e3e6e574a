"""What a rig's convention is, as data: see `conventions`."""

from __future__ import annotations

from typing import NamedTuple


class Convention(NamedTuple):
    """sides: marks of left and right. lines: as above. fingers: SMPL-X finger -> name; finger: a bone's name with {f},
    {n} and {s}, n from `first` on. unit: per metre. up: the armature's axis that is up."""

    sides: tuple[str, str]
    lines: str
    fingers: tuple[str, ...] = ()
    finger: str = ""
    first: int = 1
    unit: float = 1.0
    up: str = "z"
