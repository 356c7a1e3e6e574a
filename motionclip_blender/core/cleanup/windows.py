"""Makes motions longer than the decoder's longest window: repeats the part of it that ends as it begins.

The decoder's last frames tremble, so a motion that would show them is made of the frames before them, unless it is a
known motion that the pack keeps whole. A motion that is done once, such as lying down, is not repeated: its last frames
are smoothed, and it comes to rest (`rest`), or its last pose is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import rotations as rot
from ..network_size import WINDOW
from ..prompt import checked_frames
from ..root_trajectory import RootTrajectory, turned
from .hands import with_hands_of
from .loop import best_stretch, extended
from .rest import landed, with_rest

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion
    from ..pack import Pack

_SEAM_FRAMES = 10  # frames over which one round fades into the next, a third of a second
_STEADY = 5 / 6  # part of the longest window before its frames tremble
_SHORTEST = 0.45  # least part of those frames that is repeated; a shorter one would look like a machine
_APART = 1.5  # `Stretch.apart` beyond which a motion is done once; of a pack's motions nine in ten are told right
_BEFORE = 10  # frames before the trembling ones from which on a motion that is done once is smoothed
_CALM = 5.0  # frames: standard deviation of the smoothing at the very end
_QUIET = 0.7  # share of its mean movement below which a motion's end is quiet
_GOES = 0.4  # metres per second
_STRAIGHT = np.radians(50)  # a motion that turns by less in a round is taken to go straight
_STAYS = 0.25  # metres: a motion that goes less far in a round is taken to stay where it is


def joined(engine: Engine, latents: np.ndarray, frames: int, once: Sequence[bool | None] | None = None) -> list[Motion]:
    """Decodes latents (n, D) to raw motions of `frames` frames each, at the pack's rate, with the hands that belong to
    their actions.

    once: whether each is done once, where that is known; by default as the wordings near each latent say.

    One pass of the decoder makes up to the pack's longest trained length, for all latents together. A longer motion is
    `lengthened`. Raises `UserError` for an invalid length or latent.
    """
    frames, (shortest, longest) = checked_frames(frames), engine.pack.frames
    if frames <= steady(engine.pack):
        motions = [motion.crop(0, frames) for motion in engine.decode(latents, max(frames, shortest))]
        return with_hands_of(engine, latents, motions)
    decoded = engine.decode(latents, longest)
    once = [engine.done_once(latent) for latent in latents] if once is None else once
    stills = [longest if whole else None for whole in engine.plays_whole(latents)]
    longer = [
        lengthened(motion, frames, each, engine, still)
        for motion, each, still in zip(decoded, once, stills, strict=True)
    ]
    return with_hands_of(engine, latents, longer)


def steady(pack: Pack) -> int:
    """Returns the most frames of a motion that is decoded as it is, without those that tremble."""
    return int(max(_STEADY * pack.frames[1], min(WINDOW, pack.frames[1])))


def lengthened(
    motion: Motion, frames: int, once: bool | None = None, engine: Engine | None = None, still: int | None = None
) -> Motion:
    """Returns the motion `frames` long, more than are steady: repeated where its poses agree, or brought to rest, or
    with its last pose held.

    motion: a whole window of the decoder.
    once: whether it is done once; None to tell by how well it ends as it begins.
    engine: makes the rest that follows; without it, the last pose is held.
    still: how many of its frames do not tremble; by default as many as of the decoder's motions.
    """
    if still is None:
        still = max(int(_STEADY * len(motion)), min(len(motion), 2))
    elif frames <= still:
        return motion.crop(0, frames)
    window = motion.crop(0, still)
    seam = min(_SEAM_FRAMES, still // 4)
    moving = _moving_at_the_end(window)
    if once and not moving:
        return finished(_calmed(motion, still), frames, engine)
    found = best_stretch(window.crop(0, still - seam), max(int(_SHORTEST * still), 4), still, still)
    if once is None or (once and moving):
        unlike = found is None or (found.apart > _APART and not _travelling_at_the_end(window))
        # of what nothing is known, only what comes to rest is held: a body is never frozen in the middle of a movement
        once = unlike and not (once is None and moving)
    if once or found is None:
        return finished(_calmed(motion, still) if once else window, frames, engine if once else None)
    window = _steadied(window, found.start, found.start + found.length)
    return _repeated(window, found.start, found.start + found.length + seam, seam, frames)


def _repeated(motion: Motion, start: int, stop: int, seam: int, frames: int) -> Motion:
    """Returns the motion up to `stop`, then its part from `start` to `stop` again and again, `frames` long."""
    out, following = motion.crop(0, stop), motion.crop(start, stop)
    while len(out) < frames:
        out = out.fade_into(following, seam)
    return out.crop(0, frames)


def finished(motion: Motion, frames: int, engine: Engine | None) -> Motion:
    """Returns a motion that is done once, `frames` long: followed by a rest, or with its last pose held."""
    found = with_rest(engine, motion) if engine is not None and frames > len(motion) else None
    if found is None:
        return extended(motion if engine is None else landed(motion, engine.body), frames, hold=True).crop(0, frames)
    done, rest, seam = found
    rest = lengthened(rest, frames, once=False)
    return (done.fade_into(rest, seam) if seam else done.concatenate(rest)).crop(0, frames)


def _calmed(motion: Motion, steady: int) -> Motion:
    """Returns the motion with its frames from `steady` on smoothed, the more the later: there the decoder trembles."""
    if steady >= len(motion):
        return motion
    every = np.arange(len(motion), dtype=np.float64)
    spread = np.maximum(every - (steady - _BEFORE), 1e-3) / max(len(motion) - steady + _BEFORE, 1) * _CALM
    weights = np.exp(-0.5 * ((every[:, None] - every[None]) / spread[:, None]) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    late = slice(steady - _BEFORE, None)
    rotations = rot.continuous(motion.rotations.astype(np.float64))
    rotations[late] = np.einsum("ts,sjq->tjq", weights[late], rotations)
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    translation = motion.translation.astype(np.float64)
    translation[late] = weights[late] @ translation
    return replace(motion, rotations=rotations, translation=translation)


def _moving_at_the_end(motion: Motion) -> bool:
    """Checks whether the joints still turn at the end as they do on average, as in a walk that goes on."""
    turns = np.degrees(
        2 * np.arccos(np.abs(np.sum(motion.rotations[1:] * motion.rotations[:-1], axis=-1)).clip(0, 1))
    ).mean(axis=1)
    return bool(turns[-_SEAM_FRAMES:].mean() > _QUIET * turns.mean())


def _travelling_at_the_end(motion: Motion) -> bool:
    """Checks whether the body goes over the ground at the end, so that no pose of it could be held."""
    gone = (motion.translation[-1] - motion.translation[-_SEAM_FRAMES:][0])[[0, 2]]
    return bool(np.hypot(*gone) * motion.fps > _GOES * _SEAM_FRAMES)


def _steadied(motion: Motion, start: int, stop: int) -> Motion:
    """Returns the motion without what would add up from round to round, if its part from `start` to `stop` repeats:
    the turn of a motion that goes straight, and the way of one that stays where it is.
    """
    way = RootTrajectory.of(motion)
    yaw, steps, every = way.yaw, way.steps, np.arange(len(motion))
    turn = yaw[stop] - yaw[start]
    if abs(turn) < _STRAIGHT:
        yaw = yaw - turn / (stop - start) * (every - start)
    ground = turned(steps, yaw[:-1])
    gone = ground[start:stop].sum(axis=0)
    if np.hypot(*gone) < _STAYS:
        ground = ground - gone / (stop - start)
    rotations = motion.rotations.copy()
    rotations[:, 0], translation = replace(way, yaw=yaw, steps=turned(ground, -yaw[:-1])).root()
    return replace(motion, rotations=rotations, translation=translation)
