"""How well a retargeted motion keeps what its source shows: directions of limbs, feet on the floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX, PARENTS

from .rig_maps import RigMap
from .sources.clip import SourceClip
from .stance import Likeness

_LIMBS = {
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
_UP = np.array([0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Errors:
    """What retargeting changed, of one clip.

    degrees: mean angle between the source's direction and ours, by limb (both sides together). Arms and legs are
        compared from joint to joint; spine and head, whose joints lie elsewhere in every skeleton, by how far
        they lean from their own rest.
    penetration: mean over frames of the deepest point below the floor, metres.
    float: median height of the body's lowest point over the frames in which the source stands, metres; NaN if it
        never does.
    sliding, source_sliding: mean speed over the ground of the feet while the source's stand, m/s; NaN likewise.
    """

    degrees: dict[str, float]
    penetration: float
    float: float
    sliding: float
    source_sliding: float

    @property
    def mean_degrees(self) -> float:
        return float(np.mean(list(self.degrees.values())))


def measure(clip: SourceClip, pairs: RigMap, motion: Motion, body: Body) -> Errors:
    """Compares `motion`, `retarget`'s result before any resampling, with the clip that it was made from."""
    theirs = Likeness.of(clip, pairs, body)
    joints = body.posed_joints(motion).astype(np.float64)
    degrees = _limb_angles(theirs, joints, motion, body)
    lowest = body.posed_vertices(motion, ids=body.contacts)[..., 1].min(axis=1)
    standing = theirs.standing
    feet = joints[:, [INDEX[name] for name in theirs.feet_names]]
    on_ground = standing.any(axis=1)
    return Errors(
        degrees,
        float(np.maximum(-lowest, 0).mean()),
        float(np.median(lowest[on_ground])) if on_ground.any() else float("nan"),
        _speed(feet, standing, motion.fps),
        _speed(theirs.feet, standing, motion.fps),
    )


def _limb_angles(theirs: Likeness, joints: np.ndarray, motion: Motion, body: Body) -> dict[str, float]:
    def ours(name: str) -> np.ndarray:
        return joints[:, INDEX[name]]

    degrees = {}
    for limb, (near, far) in _LIMBS.items():
        angles = []
        for side in ("left", "right"):
            a, b = f"{side}_{near}", f"{side}_{far}"
            angles.append(_angle(theirs.joints[b] - theirs.joints[a], ours(b) - ours(a)).mean())
        degrees[limb] = float(np.mean(angles))
    rest = body.joints()
    lean = _lean(theirs.rest[theirs.top] - theirs.rest["pelvis"], theirs.joints[theirs.top] - theirs.joints["pelvis"])
    our_lean = _lean(rest[INDEX["neck"]] - rest[INDEX["pelvis"]], ours("neck") - ours("pelvis"))
    degrees["spine"] = float(_angle(lean, our_lean).mean())
    head = rot.quat_to_matrix(theirs.turns["head"]) @ _UP
    degrees["head"] = float(_angle(head, _world_rotation(motion, "head") @ _UP).mean())
    return degrees


def _world_rotation(motion: Motion, joint: str) -> np.ndarray:
    """(T, 3, 3) the world rotation of a joint."""
    at = INDEX[joint]
    turn = motion.matrices[:, at].astype(np.float64)
    while (at := PARENTS[at]) >= 0:
        turn = motion.matrices[:, at] @ turn
    return turn


def _lean(rest: np.ndarray, posed: np.ndarray) -> np.ndarray:
    """(T, 3) where the vertical goes by the smallest rotation that takes the direction `rest` to `posed` (T, 3)."""
    return rot.quat_to_matrix(rot.between(rest, posed)) @ _UP


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T,) degrees between directions (T, 3). Limbs that a source shrinks to nothing point nowhere: no error."""
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    cosine = np.where(lengths > 1e-6, (a * b).sum(axis=-1) / np.maximum(lengths, 1e-6), 1.0)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _speed(feet: np.ndarray, standing: np.ndarray, fps: float) -> float:
    """Mean speed over the ground of feet (T, n, 3) from one standing frame to the next, m/s."""
    both = standing[1:] & standing[:-1]
    steps = np.linalg.norm(np.diff(feet[..., [0, 2]], axis=0), axis=-1) * fps
    return float(steps[both].mean()) if both.any() else float("nan")
