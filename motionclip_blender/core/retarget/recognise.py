"""Recognises which bone of a skeleton is which joint: by the names of known rigs, or by structure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..errors import UserError
from ..skeleton import BODY_JOINTS, HAND_JOINTS
from . import anatomy
from .humanoid import Humanoid, RestSkeleton
from .rig_maps import NEEDED, Rig, nearest_rig, prefixed, target_rigs
from .source import RigMap
from .structure import by_structure

_HIPS = 0.6  # of the legs' length: a bone that is farther from the hips, such as a root on the floor, is no pelvis

BY_USER, BY_NAMES, BY_STRUCTURE = "user", "names", "structure"


@dataclass(frozen=True)
class Recognised:
    """How a skeleton was recognised.

    rig: the map of the bones that are keyed.
    by: one of `BY_USER`, `BY_NAMES`, `BY_STRUCTURE`.
    confidence: joint -> 0 to 1; joints that are left out are certain.
    reads: the map of the bones that are read, where they are others.
    """

    rig: Rig
    by: str
    confidence: Mapping[str, float] = field(default_factory=dict)
    reads: RigMap | None = None

    @property
    def body_joints(self) -> int:
        """Counts the joints of the body that have bones, of `BODY`."""
        return sum(joint in self.rig.pairs for joint in BODY_JOINTS)

    @property
    def finger_joints(self) -> int:
        """Counts the joints of the fingers that have bones."""
        return sum(joint in self.rig.pairs for joint in HAND_JOINTS)


def recognise(skeleton: RestSkeleton, own: Rig | None = None, table: Rig | None = None) -> Recognised:
    """Recognises a skeleton at rest.

    own: a map of the user's, which counts as it is. table: one that came with the skeleton, which counts if it fits.

    Raises `UserError` for a skeleton that is no person's, saying what is missing, and for a map of the user's whose
    limbs are upside down.
    """
    if own is not None:
        _check_order(skeleton, own)
        return Recognised(own, BY_USER, reads=_reads(own, skeleton.bones))
    problem: UserError | None = None
    for rig in [*([table] if table is not None else []), *target_rigs(skeleton.bones)]:
        if wrong := _wrong(skeleton, rig):
            problem = problem or wrong
            continue
        return Recognised(rig, BY_NAMES, reads=_reads(rig, skeleton.bones))
    found = by_structure(skeleton)
    if found is not None:
        pairs, confidence = found
        rig = Rig("structure", pairs, label="Unknown names")
        if not (wrong := _wrong(skeleton, rig)):
            return Recognised(rig, BY_STRUCTURE, confidence)
        problem = problem or wrong
    raise problem or _missing(skeleton.bones)


_LIMBS = [
    [f"{side}_{part}" for part in parts]
    for side in anatomy.SIDES
    for parts in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
]


def _check_order(skeleton: RestSkeleton, own: Rig) -> None:
    number = {name: i for i, name in enumerate(skeleton.bones)}
    for line in _LIMBS:
        for above, below in itertools.pairwise(line):
            if above not in own.pairs or below not in own.pairs:
                continue
            upper, lower = own.pairs[above][0], own.pairs[below][0]
            if upper in number and lower in number and number[lower] in skeleton.above(number[upper]):
                raise UserError(
                    f'The rig\'s map gives "{upper}" to {above}, but that hangs from "{lower}", which it gives to '
                    f"{below}; choose other bones in the Rig panel."
                )


def _reads(rig: Rig, bones: tuple[str, ...]) -> RigMap | None:
    return None if rig.reads is None else prefixed(*rig.reads, bones)


def _wrong(skeleton: RestSkeleton, rig: Rig) -> UserError | None:
    """Returns why a map does not fit a skeleton's shape; None if it fits."""
    number = {name: i for i, name in enumerate(skeleton.bones)}
    for line in _LIMBS:
        for above, below in itertools.pairwise(rig.pairs[joint][0] for joint in line):
            if number[above] not in skeleton.above(number[below]):
                return UserError(f'its bone "{below}" does not hang from "{above}", as a limb of {rig.label} does.')
    places = {joint: skeleton.heads[number[rig.pairs[joint][0]]] for joint in NEEDED}
    if np.linalg.norm(places["pelvis"] - anatomy.middle(places, "hip")) > _HIPS * float(anatomy.leg_length(places)):
        return UserError(
            f'its bone "{rig.pairs["pelvis"][0]}" is not between the hips, as the pelvis of {rig.label} is; choose '
            "another in the Rig panel."
        )
    try:
        Humanoid.of(skeleton, rig.pairs, rig.controls)
    except UserError as error:
        return error
    return None


def _missing(bones: tuple[str, ...]) -> UserError:
    """Returns what a skeleton lacks for the rig that its names are nearest to."""
    rig, missing = nearest_rig(bones)
    if rig is None or len(missing) > len(NEEDED) - 3:
        return UserError(
            "its bones have no names of a known rig, and do not hang together as a person's, with two legs and two "
            "arms that mirror each other, a spine and a head; choose its bones in the Rig panel."
        )
    few = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    return UserError(f"its names are those of {rig.label}, but it has no bone for {few}; choose one in the Rig panel.")
