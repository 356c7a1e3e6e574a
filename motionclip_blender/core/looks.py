"""Measures what a motion looks like, for recognition: numbers in which actions differ more than people do.

Latents say how a motion would be put into words; where somebody goes, how far they turn and how high their hands are
they hardly say. So a motion is also measured: joints as seen from the body itself (statistics over time, as in Müller
et al., "Efficient content-based retrieval of motion capture data", 2005), and its way over the ground. A motion and its
mirror image look alike: of every pair of limbs the mean counts, and the difference.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .body import Body
from .latents.window_pooling import window, window_starts
from .measure import root_space_joints
from .motion import Motion, frames_at
from .root_trajectory import RootTrajectory, turned
from .skeleton import BODY, INDEX, MIRROR

FRAMES = 120
"""Frames of a window at 30 per second; a shorter motion is one window."""

_FPS = 30.0
_LEFT = [joint for joint in range(BODY) if joint < MIRROR[joint]]
_RIGHT = [MIRROR[joint] for joint in _LEFT]
_MIDDLE = [joint for joint in range(BODY) if joint == MIRROR[joint]]
_HEAD = INDEX["head"]
_BENDS = (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
_ENDS = ("wrist", "ankle")
_BANDS = (0.2, 0.9, 1.8, 3.2, 7.0)  # hertz between which movements are parted: a sway, a step, a run, a shake
_LIFTED = 0.05  # metres above its lowest place from which on the body is off the floor
_STILL = 1e-4  # metres; less movement has no rhythm
_FEWEST = 4  # frames of a window; a shorter motion holds its pose
_MOST = 40  # windows, which take a tenth of a second


def looks_of(motion: Motion, body: Body) -> np.ndarray:
    """Returns the numbers of a motion of any length and rate, (F,) float32: the mean over its windows, which overlap
    by half; of a very long one over windows spread evenly."""
    starts = window_starts(frames_at(motion, _FPS), FRAMES, FRAMES // 2)
    spread = np.linspace(0, len(starts) - 1, min(len(starts), _MOST)).round().astype(int)
    frames = min(FRAMES, max(frames_at(motion, _FPS), 1))
    windows = (window(motion, starts[i], frames, _FEWEST, _FPS) for i in spread)
    return np.mean([_looks(each, body) for each in windows], axis=0).astype(np.float32)


def _looks(motion: Motion, body: Body) -> np.ndarray:
    """Returns the numbers of a window."""
    joints = root_space_joints(motion, body)
    speeds = np.linalg.norm(np.gradient(joints, axis=0), axis=-1) * motion.fps
    numbers = (*_postures(joints), *_speeds(speeds), *_limbs(joints), *_rhythm(joints), *_way(motion, joints))
    return np.concatenate([np.ravel(number) for number in numbers])


def _both(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the mean of both sides and their difference without its sign, which a mirror does not change."""
    return (left + right) / 2, np.abs(left - right)


def _postures(joints: np.ndarray) -> Iterator[np.ndarray]:
    """Yields where the joints are, and over which ranges they move. joints: (T, 22, 3) metres, as the rest below."""
    left, right = joints[:, _LEFT], joints[:, _RIGHT] * (-1, 1, 1)
    middle = joints[:, _MIDDLE]
    yield from _both(left.mean(axis=0), right.mean(axis=0))
    yield from _both(left.std(axis=0), right.std(axis=0))
    for low, high in zip(*(np.percentile(each, (10, 90), axis=0) for each in (left, right)), strict=True):
        yield from _both(low, high)
    mean = middle.mean(axis=0)
    yield np.abs(mean[:, 0])
    yield mean[:, 1:]
    yield middle.std(axis=0)
    yield np.percentile(middle[..., 1:], (10, 90), axis=0)
    few = max(len(joints) // 6, 1)
    changed = middle[-few:].mean(axis=0) - middle[:few].mean(axis=0)
    yield np.abs(changed).mean(axis=0)
    yield changed[:, 1]


def _speeds(speeds: np.ndarray) -> Iterator[np.ndarray]:
    """Yields how fast the joints are. speeds: (T, 22) metres per second."""
    for each in (speeds.mean(axis=0), speeds.max(axis=0)):
        yield from _both(each[_LEFT], each[_RIGHT])
        yield each[_MIDDLE]


def _limbs(joints: np.ndarray) -> Iterator[np.ndarray]:
    """Yields how limbs bend, how far apart their ends are, and how hands are to the head."""
    for bend in _BENDS:
        left, right = (
            _statistics(_angle(joints, *(f"{side}_{joint}" for joint in bend))) for side in ("left", "right")
        )
        yield from _both(left, right)
    for end in _ENDS:
        apart = joints[:, INDEX[f"left_{end}"]] - joints[:, INDEX[f"right_{end}"]]
        yield _statistics(np.linalg.norm(apart, axis=-1))
    left, right = (
        np.linalg.norm(joints[:, INDEX[f"{s}_wrist"]] - joints[:, _HEAD], axis=-1) for s in ("left", "right")
    )
    yield from _both(_statistics(left), _statistics(right))


def _statistics(values: np.ndarray) -> np.ndarray:
    return np.array((values.mean(), values.std(), values.min(), values.max()))


def _angle(joints: np.ndarray, above: str, at: str, below: str) -> np.ndarray:
    """Returns the angle (T,) between two bones, in radians."""
    one, other = (joints[:, INDEX[end]] - joints[:, INDEX[at]] for end in (above, below))
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return np.arccos(np.clip((one * other).sum(axis=-1) / np.maximum(lengths, 1e-6), -1, 1))


def _rhythm(joints: np.ndarray) -> Iterator[np.ndarray]:
    """Yields how strongly hands, feet and head move at which rates, and whether both sides move in step."""
    ends = [_HEAD, *(INDEX[f"left_{end}"] for end in _ENDS)], [_HEAD, *(INDEX[f"right_{end}"] for end in _ENDS)]
    yield from _both(*(_strengths(joints[:, each]) for each in ends))
    for axis in (1, 2):
        left, right = (joints[:, side, axis] - joints[:, side, axis].mean(axis=0) for side in (_LEFT, _RIGHT))
        spread = left.std(axis=0) * right.std(axis=0)
        together = (left * right).mean(axis=0)
        yield np.divide(together, spread, out=np.zeros_like(spread), where=spread > _STILL**2)


def _strengths(joints: np.ndarray) -> np.ndarray:
    """Returns the amplitudes (bands, n * 3) of joints (T, n, 3)."""
    frames = len(joints)
    moved = (joints - joints.mean(axis=0)).reshape(frames, -1) * np.hanning(frames)[:, None]
    power = np.abs(np.fft.rfft(moved, axis=0)) ** 2 / frames
    band = np.searchsorted(_BANDS, np.fft.rfftfreq(frames, 1 / _FPS), side="right")
    return np.sqrt(np.stack([power[band == i].sum(axis=0) for i in range(1, len(_BANDS))]))


def _way(motion: Motion, joints: np.ndarray) -> Iterator[np.ndarray]:
    """Yields how the body goes and turns over the ground, and how high it is."""
    way = RootTrajectory.of(motion)
    steps, turns, rises = way.steps * motion.fps, np.diff(way.yaw) * motion.fps, np.diff(way.height) * motion.fps
    speed, third = np.hypot(*steps.T), max(len(steps) // 3, 1)
    aside, ahead = np.abs(steps[:, 0]), steps[:, 1]
    yield np.array((abs(steps[:, 0].mean()), aside.mean(), steps[:, 0].std()))
    yield np.array((ahead.mean(), np.abs(ahead).mean(), ahead.std(), *np.percentile(ahead, (10, 90))))
    yield np.array((speed.mean(), speed.min(), speed.max(), speed[:third].mean(), speed[-third:].mean()))
    turn = np.abs(turns)
    yield np.array((abs(turns.mean()), turn.mean(), turns.std(), turn.max(), np.ptp(way.yaw), np.abs(rises).mean()))
    yield np.array((abs(way.yaw[-1] - way.yaw[0]), rises.std(), *_statistics(way.height)))
    gone = np.hypot(*turned(way.steps, way.yaw[:-1]).sum(axis=0))
    length = speed.sum() / motion.fps
    yield np.array((gone, length, gone / (length + 0.1), turn.mean() / (speed.mean() + 0.3)))
    lowest = joints[..., 1].min(axis=1)
    above = lowest - lowest.min()
    yield np.array((lowest.mean(), above.max(), (above > _LIFTED).mean()))
