"""Measures what prompts ask for from the places of joints alone, apart from the functions that make it.

All take joints (T, 22, 3) in metres, Y up, as `Body.posed_joints` gives them, and the frames per second.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from motionclip_blender.core.skeleton import INDEX

_LIMBS = {
    "arm": ("shoulder", "elbow", "wrist"),
    "leg": ("hip", "knee", "ankle"),
    "support": ("hip", "knee", "ankle"),
}
_STRIDE = 0.5  # seconds of movement that count as much as the mean distance from hanging
_TOLD = 0.06  # least difference by which one side does more
_GOES = 0.25  # metres; a body that ends nearer to its start goes nowhere
_STILL = 0.12  # share of the highest speed of a motion below which the body is still
_BEGINS = 0.1  # share of the motion over which its first and its last heading are averaged
_PROMINENT = 0.4  # height of a peak over its surroundings, relative to the whole range, from which on it counts
_APART = 0.2  # seconds; nearer peaks are one


def heading(joints: np.ndarray, of: str = "hip") -> np.ndarray:
    """Returns where hips or shoulders face, (T,) radians: 0 along +Z, left positive, unwrapped."""
    across = joints[:, INDEX[f"left_{of}"]] - joints[:, INDEX[f"right_{of}"]]
    return np.unwrap(np.arctan2(-across[:, 2], across[:, 0]))


def side(joints: np.ndarray, fps: float, limb: str) -> str:
    """Returns the side of which a limb does more, "left" or "right"; for "support" the one that stands; "" for both.

    A limb does something by moving, and by being away from where it hangs.
    """
    root, middle, end = _LIMBS[limb]
    facing = heading(joints, "shoulder" if limb == "arm" else "hip")
    done = []
    for name in ("left", "right"):
        reach = joints[:, INDEX[f"{name}_{end}"]] - joints[:, INDEX[f"{name}_{root}"]]
        reach = _turned(reach, -facing)
        at = [joints[:, INDEX[f"{name}_{joint}"]] for joint in (root, middle, end)]
        length = sum(np.linalg.norm(b - a, axis=1).mean() for a, b in pairwise(at))
        away = np.linalg.norm(reach + np.array((0, length, 0)), axis=1)
        moved = np.linalg.norm(np.gradient(reach, axis=0), axis=1) * fps
        if limb == "arm":
            done.append(away.mean() + _STRIDE * moved.mean())
        else:  # a kick is short, and both legs walk up to it
            done.append(np.percentile(away, 90))
    left, right = done
    more = (left - right) / max(left + right, 1e-9)
    if abs(more) <= _TOLD:
        return ""
    return "left" if (more > 0) != (limb == "support") else "right"


def travel(joints: np.ndarray, fps: float) -> float | None:
    """Returns the degrees from where the shoulders face to where the body goes, left positive; None if it stays."""
    facing = gaussian_filter1d(heading(joints, "shoulder"), 0.5 * fps, mode="nearest")
    steps = np.diff(joints[:, INDEX["pelvis"]], axis=0)
    gone = _turned(steps, -facing[:-1]).sum(axis=0)
    return float(np.degrees(np.arctan2(gone[0], gone[2]))) if np.hypot(gone[0], gone[2]) > _GOES else None


def turn(joints: np.ndarray) -> float:
    """Returns the degrees that the hips turn from the first frames to the last, left positive."""
    facing = heading(joints)
    few = max(1, round(_BEGINS * len(facing)))
    return float(np.degrees(facing[-few:].mean() - facing[:few].mean()))


def even_turn(joints: np.ndarray) -> float:
    """Returns the degrees of a turn that goes on evenly from the first frame to the last, as in a closed circle."""
    return turn(joints) / (1 - _BEGINS)


def steps(joints: np.ndarray) -> int:
    """Counts how often one ankle passes the other along the way that the body faces, or across it where they are
    farther apart that way."""
    apart = _turned(joints[:, INDEX["left_ankle"]] - joints[:, INDEX["right_ankle"]], -heading(joints, "hip"))
    apart = apart - apart.mean(axis=0)
    along = apart[:, 2] if apart[:, 2].std() >= apart[:, 0].std() else apart[:, 0]
    sides = np.sign(along[np.abs(along) > 0.3 * np.abs(along).max()])
    return int(np.count_nonzero(np.diff(sides)))


def count(joints: np.ndarray, fps: float, action: str) -> int:
    """Counts how often an action is done: the peaks of what it consists of, or of the main movement of all joints."""
    along = _SIGNALS.get(action, _main_movement)(joints)
    along = gaussian_filter1d(along, 0.06 * fps, mode="nearest")
    low, high = np.percentile(along, [2, 99])
    if high - low < 1e-3:
        return 0
    if high - along[0] < along[0] - low:  # a push-up goes down and comes back
        along, low, high = -along, -high, -low
    # a movement that does not come back, such as dying, is a peak, too
    edged = np.concatenate(([low], along, [low]))
    return len(find_peaks(edged, prominence=_PROMINENT * (high - low), distance=max(round(_APART * fps), 1))[0])


def pace(joints: np.ndarray, fps: float) -> float:
    """Returns the mean speed of all joints while they move, in metres per second."""
    speeds = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1) * fps
    return float(speeds[speeds > _STILL * speeds.max()].mean())


def _turned(vectors: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Returns vectors (T, 3) turned about the vertical by angles (T,) radians."""
    cosine, sine = np.cos(angles), np.sin(angles)
    x, z = vectors[:, 0], vectors[:, 2]
    return np.stack((cosine * x + sine * z, vectors[:, 1], cosine * z - sine * x), axis=1)


def _main_movement(joints: np.ndarray) -> np.ndarray:
    """Returns the coordinate along which poses in the body's own frame differ most, (T,)."""
    facing = -heading(joints, "shoulder")
    own = joints - joints[:, :1] * (1, 0, 1)
    poses = np.concatenate([_turned(own[:, joint], facing) for joint in range(own.shape[1])], axis=1)
    centred = poses - poses.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][0]


def _height(*names: str, sign: float = 1.0) -> Callable[[np.ndarray], np.ndarray]:
    at = [INDEX[name] for name in names]
    return lambda joints: sign * joints[:, at, 1].mean(axis=1)


def _kicks(joints: np.ndarray) -> np.ndarray:
    return np.maximum(joints[:, INDEX["left_ankle"], 1], joints[:, INDEX["right_ankle"], 1])


def _punches(joints: np.ndarray) -> np.ndarray:
    """Returns how far the wrist that is farther out reaches from its shoulder, level, (T,)."""
    reach = [joints[:, INDEX[f"{s}_wrist"]] - joints[:, INDEX[f"{s}_shoulder"]] for s in ("left", "right")]
    return np.maximum(*(np.hypot(each[:, 0], each[:, 2]) for each in reach))


def _apart(joints: np.ndarray) -> np.ndarray:
    return np.linalg.norm(joints[:, INDEX["left_ankle"]] - joints[:, INDEX["right_ankle"]], axis=1)


def _nods(joints: np.ndarray) -> np.ndarray:
    """Returns how far the head leans forward on the neck, (T,) metres."""
    lean = joints[:, INDEX["head"]] - joints[:, INDEX["neck"]]
    return _turned(lean, -heading(joints, "shoulder"))[:, 2]


def _waves(joints: np.ndarray) -> np.ndarray:
    """Returns how far the higher wrist is out to the side of its elbow, (T,) metres."""
    side = max(("left", "right"), key=lambda s: joints[:, INDEX[f"{s}_wrist"], 1].mean())
    out = joints[:, INDEX[f"{side}_wrist"]] - joints[:, INDEX[f"{side}_elbow"]]
    return _turned(out, -heading(joints, "shoulder"))[:, 0] * (1 if side == "left" else -1)


_SIGNALS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "jump": _height("pelvis"),
    "hop": _height("pelvis"),
    "push_ups": _height("left_shoulder", "right_shoulder"),
    "sit_ups": _height("head"),
    "jumping_jacks": _apart,
    "bow": _height("head", sign=-1),
    "kick": _kicks,
    "karate": _kicks,
    "punch": _punches,
    "nod": _nods,
    "wave": _waves,
}
