"""Measures the prior's numbers: statistics of poses, and landmarks on rendered people."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from motionclip_blender.core.motion import Motion
from motionclip_blender.core.rotations import quat_to_axis_angle
from motionclip_blender.core.skeleton import BODY
from motionclip_blender.photo.camera import seen_from
from motionclip_blender.photo.prior import NEAR, TURNING
from motionclip_blender.photo.see import LANDMARKS, Seen

from .people import Person

_OWN_SPREAD = 0.12  # radians added to each joint's deviation, for poses that no motion shows
_LIMITS = (0.2, 99.8)  # percentiles
_ROUNDS = 12


def pose_statistics(motions: Iterable[Motion]) -> dict[str, np.ndarray]:
    """Returns mean, whitening, low and high of the body's joints in all frames, and in their mirror images."""
    rows = []
    for motion in motions:
        for each in (motion, motion.mirror()):
            turns = quat_to_axis_angle(each.rotations[:, 1:BODY].astype(np.float64))
            rows.append(turns.reshape(len(each), -1))
    poses = np.concatenate(rows)
    covariance = np.cov(poses.T) + _OWN_SPREAD**2 * np.eye(poses.shape[1])
    low, high = np.percentile(poses, _LIMITS, axis=0)
    return {"mean": poses.mean(axis=0), "whitening": np.linalg.cholesky(np.linalg.inv(covariance)).T, "low": low,
            "high": high}  # fmt: skip


def landmark_statistics(pairs: list[tuple[Person, Seen]]) -> dict[str, np.ndarray]:
    """Returns offsets, spread and deep of each landmark, from people whose joints are known."""
    offsets, residual = _offsets(pairs)
    depth = []
    for person, seen in pairs:
        points = person.joints[NEAR] + np.einsum("nab,nb->na", person.spins[TURNING], offsets)
        local = seen_from(person.truth.camera, points)
        local -= (local[LANDMARKS.index("left_hip")] + local[LANDMARKS.index("right_hip")]) / 2
        scale = (local[:, :2] * seen.places[:, :2]).sum() / (seen.places[:, :2] ** 2).sum()
        depth.append(np.abs(local[:, 2] - scale * seen.places[:, 2]))
    return {
        "offsets": offsets,
        "spread": _paired(1.48 * np.median(residual, axis=0)),
        "deep": _paired(1.48 * np.median(depth, axis=0)) + 0.02,
    }


def _offsets(pairs: list[tuple[Person, Seen]]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the offsets (33, 3) that project best onto what was seen, and what is left (people, 33)."""
    count = len(LANDMARKS)
    offsets, mirror = np.zeros((count, 3)), _partners()
    weights = np.ones((len(pairs), count))
    for _ in range(_ROUNDS):
        normal, right = np.zeros((count, 3, 3)), np.zeros((count, 3))
        residual = np.empty((len(pairs), count))
        for row, (person, seen) in enumerate(pairs):
            camera = person.truth.camera
            unit = camera.focal * 1.7 / seen_from(camera, person.joints)[0, 2]  # pixels of a person's height
            turn = camera.rotation @ person.spins[TURNING]
            points = seen_from(camera, person.joints[NEAR])
            wanted = (seen.landmarks - np.array((camera.width, camera.height)) / 2) / camera.focal
            depth = points[:, 2] + (turn @ offsets[..., None])[:, 2, 0]
            factor = camera.focal / depth / unit
            # x - wanted z = 0 is linear in the offset
            by = (turn[:, :2] - wanted[:, :, None] * turn[:, 2:]) * factor[:, None, None]
            missing = (wanted * points[:, 2:] - points[:, :2]) * factor[:, None]
            left = np.linalg.norm(np.einsum("nab,nb->na", by, offsets) - missing, axis=1)
            residual[row] = left
            w = weights[row] * seen.visibility
            normal += np.einsum("n,nab,nac->nbc", w, by, by)
            right += np.einsum("n,nab,na->nb", w, by, missing)
        scale = np.median(residual, axis=0) + 1e-4
        weights = 1 / (1 + (residual / (2 * scale)) ** 2) ** 2
        flip = np.array([-1.0, 1.0, 1.0])
        both = normal + normal[mirror] * flip[:, None] * flip
        offsets = np.linalg.solve(both + 1e-6 * np.eye(3), (right + right[mirror] * flip)[..., None])[..., 0]
    return offsets, residual


def _partners() -> np.ndarray:
    swap = {"left": "right", "right": "left"}
    names = ["_".join(swap.get(part, part) for part in name.split("_")) for name in LANDMARKS]
    return np.array([LANDMARKS.index(name) for name in names])


def _paired(values: np.ndarray) -> np.ndarray:
    return (values + values[_partners()]) / 2
