"""Maps the bones of known rigs to SMPL-X joints: `rig_maps.json`, and the user's own files of the same form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ..errors import UserError
from ..json_text import parsed_json
from ..skeleton import BODY_JOINTS, INDEX
from .source import RigMap
from .upright import DIRECTIONS, FIRST_FRAME, Told
from .upward import AXES

RIG_MAPS = Path(__file__).resolve().parents[2] / "assets" / "rig_maps.json"

NEEDED = (
    *("pelvis", "head"),
    *(
        f"{side}_{joint}"
        for side in ("left", "right")
        for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
    ),
)
_SETTINGS = ("sides", "up", "rest", "label", "switches", "reads", "read_only")  # keys of an entry that are no joints
_OR = "|"  # separates the names of a bone in several releases of a rig


@dataclass(frozen=True)
class Rig:
    """A rig found in a skeleton.

    pairs: with the skeleton's own names.
    told: its axes and rest pose.
    label: its name as people write it.
    switches: bone -> custom property -> value at which the bones of `pairs` pose the person; of control rigs.
    reads: the map that names the bones that follow whatever poses the person, and their prefix.
    read_only: whether the bones are not for keys.
    """

    name: str
    pairs: RigMap
    told: Told = field(default_factory=Told)
    label: str = ""
    switches: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    reads: tuple[str, str] | None = None
    read_only: bool = False

    @property
    def controls(self) -> bool:
        """Whether the bones are controls, which other bones follow."""
        return bool(self.switches)


def rig_maps(path: Path = RIG_MAPS) -> dict[str, RigMap]:
    """Returns the rigs of a file, with left and right written out and the first of several names of a bone.

    Raises `UserError` for a file of another form.
    """
    return {
        name: {joint: (a.split(_OR)[0], b.split(_OR)[0], w) for joint, (a, b, w) in rig.pairs.items()}
        for name, rig in _rigs(path).items()
    }


def matching_rig(bones: tuple[str, ...], own: Path | None = None) -> Rig:
    """Returns the rig, from the file `own` or else from ours, with the most bones in a skeleton.

    Pelvis, head and the joints of arms and legs are required; other joints and fingers may be missing. Names may have a
    common prefix ("mixamorig:") and a common end ("_bind"). Names that fit exactly are preferred to names that fit
    without case, blanks, dots, dashes and underscores.
    Raises `UserError` when none fits.
    """
    for path in ([own] if own else []) + [RIG_MAPS]:
        fits = [fit for name, rig in _rigs(path).items() for fit in _fits(name, rig, bones)]
        if fits:
            return max(fits, key=lambda fit: fit[0])[1]  # the first of the best
    raise UserError(
        f"No rig map fits the bones {', '.join(bones[:5])} ...; write one of your own and name it with --rig-maps."
    )


def target_rigs(bones: tuple[str, ...]) -> list[Rig]:
    """Lists our rigs whose bones are in a skeleton that is to be keyed, the likeliest first: controls before others."""
    rigs = [(name, rig) for name, rig in _rigs(RIG_MAPS).items() if not rig.read_only]
    fits = [fit for name, rig in rigs for fit in _fits(name, rig, bones)]
    ranked = sorted(fits, key=lambda fit: (fit[1].controls, fit[0]), reverse=True)  # keeps the order of equals
    best: dict[str, Rig] = {}
    for _, rig in ranked:
        best.setdefault(rig.name, rig)
    return list(best.values())


def nearest_rig(bones: tuple[str, ...]) -> tuple[Rig | None, list[str]]:
    """Returns our rig with the most joints in a skeleton, and the needed joints that the skeleton lacks."""
    best: tuple[int, Rig | None, list[str]] = (0, None, list(NEEDED))
    found = {_folded(bone): bone for bone in reversed(bones)}
    for rig in _rigs(RIG_MAPS).values():
        for prefix, suffix in [("", ""), *_affixes(rig, found, _folded)]:
            pairs = _found(rig, found, prefix, _folded, suffix)
            there = sum(joint in pairs for joint in NEEDED)
            if there > best[0]:
                best = there, rig, [joint for joint in NEEDED if joint not in pairs]
    return best[1], best[2]


def prefixed(name: str, prefix: str, bones: tuple[str, ...]) -> RigMap:
    """Returns the map `name` of ours on bones that have this prefix, for the joints whose bones are there."""
    return _found(_rigs(RIG_MAPS)[name], {bone: bone for bone in bones}, prefix, _plain)


def rig_of_entry(name: str, entry: object) -> Rig:
    """Returns the rig of one entry of a file of maps, as read from JSON. Raises `UserError` for another form."""
    try:
        if not isinstance(entry, dict):
            raise TypeError("no object")
        return _written_out(Path("the map"), name, entry)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(
            f'The map "{name}" is of another form than those of {RIG_MAPS.name}; choose another.'
        ) from error


def entry_of(rig: Rig) -> dict[str, object]:
    """Returns a rig as an entry of a file of maps, with its own bones' names; `rig_of_entry` reads it."""

    def plain(name: str) -> str:
        return name.replace("{", "{{").replace("}", "}}")

    entry: dict[str, object] = {"sides": ["left", "right"], "label": rig.label or rig.name}
    if rig.switches:
        entry["switches"] = {plain(bone): dict(values) for bone, values in rig.switches.items()}
    if rig.reads is not None:
        entry["reads"] = list(rig.reads)
    for joint, (a, b, weight) in rig.pairs.items():
        entry[joint] = [plain(a), plain(b), weight] if weight else plain(a)
    return entry


def rig_in(path: Path, bones: tuple[str, ...]) -> Rig:
    """Returns the rig of a file of maps whose bones are all in a skeleton. Raises `UserError` if none is."""
    fits = [fit for name, rig in _read(path).items() for fit in _fits(name, rig, bones)]
    if not fits:
        raise UserError(f"No map in {path} fits the bones of this armature; choose another file.")
    return max(fits, key=lambda fit: fit[0])[1]


# --- the files


@cache
def _rigs(path: Path) -> dict[str, Rig]:
    return _read(path)


def _read(path: Path) -> dict[str, Rig]:
    try:
        entries = parsed_json(path.read_bytes())
        return {rig: _written_out(path, rig, entry) for rig, entry in entries.items() if not rig.startswith("_")}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} is not a file of rig maps; see motionclip_blender/assets/rig_maps.json for the form."
        ) from error


def _written_out(path: Path, rig: str, entry: dict) -> Rig:
    pairs: RigMap = {}
    rest: dict[str, dict[str, str]] = {}
    for side, mark in zip(("left", "right"), entry["sides"], strict=True):
        for joint, bone in entry.items():
            if joint not in _SETTINGS:
                a, b, weight = (bone, bone, 0.0) if isinstance(bone, str) else bone
                pairs[joint.format(side=side)] = (a.format(s=mark), b.format(s=mark), float(weight))
        if isinstance(entry.get("rest"), dict):
            rest |= {joint.format(side=side): axes for joint, axes in entry["rest"].items()}
    missing = [joint for joint in NEEDED if joint not in pairs]
    unknown = [joint for joint in (*pairs, *rest) if joint not in INDEX]
    if unknown or missing:
        wrong = f"names {unknown[0]}, which is no SMPL-X joint" if unknown else f"leaves out {missing[0]}"
        raise UserError(f"{path}: the map {rig!r} {wrong}; correct it.")
    bones: dict[str, str] = {}
    for joint in (joint for joint in NEEDED if pairs[joint][2] == 0):
        other = bones.setdefault(pairs[joint][0], joint)
        if other != joint:
            raise UserError(
                f"{path}: the map {rig!r} gives {other} and {joint} one bone, {pairs[joint][0]}; correct it."
            )
    up = entry.get("up")
    if up is not None and up not in AXES:
        raise UserError(f"{path}: the map {rig!r} says that {up!r} is up; give one of {', '.join(AXES)}.")
    told = Told(None if up is None else AXES[up], _told_rest(path, rig, rest or entry.get("rest", {})))
    switches = {
        bone.format(s=mark): {str(name): float(value) for name, value in values.items()}
        for mark in entry["sides"]
        for bone, values in entry.get("switches", {}).items()
    }
    reads = entry.get("reads")
    return Rig(
        rig,
        pairs,
        told,
        str(entry.get("label", rig)),
        switches,
        None if reads is None else (reads[0], reads[1]),
        bool(entry.get("read_only", False)),
    )


def _told_rest(path: Path, rig: str, rest: object) -> str | dict:
    if rest == FIRST_FRAME or (isinstance(rest, dict) and all(map(_are_two_axes, rest.values()))):
        return rest
    raise UserError(
        f"{path}: the map {rig!r} has a rest that is neither {FIRST_FRAME!r} nor where two axes of each bone point; "
        "correct it."
    )


def _are_two_axes(axes: object) -> bool:
    """Returns whether `axes` is like {"x": "down", "z": "forward"}."""
    if not (isinstance(axes, dict) and len(axes) == 2 and all(axes[axis] in DIRECTIONS for axis in axes)):
        return False
    if not all(axis in AXES for axis in axes):
        return False
    (a, b), (to_a, to_b) = (AXES[axis] for axis in axes), (DIRECTIONS[to] for to in axes.values())
    return a @ b == 0 and sum(x * y for x, y in zip(to_a, to_b, strict=True)) == 0


# --- matching


def _plain(name: str) -> str:
    return name


def _folded(name: str) -> str:
    """Returns the name without case and punctuation, which exporters change."""
    return re.sub(r"[\W_]+", "", name).casefold()


def _fits(name: str, rig: Rig, bones: tuple[str, ...]) -> Iterator[tuple[tuple[int, int, bool, bool], Rig]]:
    """Yields every way in which a rig's names are found among bones, with its rank.

    The rank is the number of joints of the body, that of the hands, and whether names are unchanged and without a
    prefix.
    """
    for spelt in (_plain, _folded):
        found: dict[str, str] = {}
        for bone in bones:
            found.setdefault(spelt(bone), bone)
        for prefix, suffix in _affixes(rig, found, spelt):
            pairs = _found(rig, found, prefix, spelt, suffix)
            if all(joint in pairs for joint in NEEDED):
                body = sum(joint in pairs for joint in BODY_JOINTS)
                yield (
                    (body, len(pairs) - body, spelt is _plain, not prefix + suffix),
                    replace(rig, name=name, pairs=pairs),
                )


def _affixes(rig: Rig, found: dict[str, str], spelt: Callable[[str], str]) -> list[tuple[str, str]]:
    """Returns what all names may begin and end with beside their own: what the left knee's does, which a rig has once.

    Shorter ones are first, and those without an end.
    """
    knees = [spelt(knee) for knee in rig.pairs["left_knee"][0].split(_OR)]
    around = {(bone[:at], bone[at + len(knee) :]) for bone in found for knee in knees if (at := bone.rfind(knee)) >= 0}
    return sorted(around, key=lambda pair: (len(pair[1]), len(pair[0]), pair))


def _found(rig: Rig, found: dict[str, str], prefix: str, spelt: Callable[[str], str], suffix: str = "") -> RigMap:
    """Returns the joints whose bones exist, with the skeleton's names."""

    def one(names: str) -> str | None:
        every = (prefix + spelt(name) + suffix for name in names.split(_OR))
        return next((found[name] for name in every if name in found), None)

    pairs: RigMap = {}
    for joint, (a, b, weight) in rig.pairs.items():
        start, end = one(a), one(b)
        if start is not None and end is not None:
            pairs[joint] = (start, end, weight)
    return pairs
