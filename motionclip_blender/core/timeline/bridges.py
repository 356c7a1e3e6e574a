"""Finds known motions that lead from one posture to another: getting up, standing up, sitting and lying down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..body import Body
from ..cleanup.foot_locking import put_on_floor
from ..cleanup.hands import with_hands_of
from ..cleanup.seams import apart, ground_poses, last_pose, needed_seam, possible
from ..errors import UserError
from ..kept import Kept
from ..motion import Motion
from ..prompt_plan.plan import Segment
from .joining import followed_by
from .postures import unlike

if TYPE_CHECKING:
    from ..engine import Engine

WORDINGS = (
    "gets up from the ground",
    "stands up from a chair",
    "sits down on a chair",
    "lies down on the ground",
)
"""Texts whose classes of motions lead from one posture to another. The pack's own wordings for them are taken."""

_FRAMES = 100  # frames that are decoded of each
_NEAR = 0.1  # share of the distance between a motion's first and last pose within which it has not left, or is there
_KEPT = 4  # frames of stillness that are kept on both sides
_LEAPS = 1.5  # metres per second: who rises or sinks faster leaps to the feet or drops, which nobody asked for
_STEP = 0.12  # metres by which one more motion must bring the poses nearer
_LOOKED_AT = 6  # frames whose poses are compared at a seam


@dataclass(frozen=True, eq=False)
class Bridge:
    """A motion from one posture to another.

    start, end: (22, 3) its first and last pose, see `seams.ground_poses`.
    """

    wording: str
    motion: Motion
    start: np.ndarray
    end: np.ndarray


class _Bridges:
    """All of a pack's bridges.

    starts, ends: (n, 22, 3) their first and last poses. between: (n, n) metres from each one's end to each one's start.
    """

    def __init__(self, bridges: tuple[Bridge, ...]) -> None:
        self.bridges = bridges
        self.starts = np.array([bridge.start for bridge in bridges])
        self.ends = np.array([bridge.end for bridge in bridges])
        self.between = np.array([apart(self.starts, end) for end in self.ends])


_of_engines: Kept[Engine, _Bridges] = Kept(1)


def between(engine: Engine, before: np.ndarray, after: np.ndarray) -> tuple[Bridge, ...]:
    """Returns the motions, at most two, by which pose `before` (22, 3) best leads to pose `after` (22, 3).

    None of them if no known motion comes nearer than the direct way.
    """
    known = _bridges(engine)
    best: tuple[Bridge, ...] = ()
    if not known.bridges:
        return best
    price = float(apart(before, after))
    first, last = apart(known.starts, before), apart(known.ends, after)
    one = np.maximum(first, last) + _STEP
    two = np.maximum(np.maximum(first[:, None], last), known.between) + 2 * _STEP
    for prices in (one, two):
        if (least := float(prices.min())) < price:
            way = np.unravel_index(int(prices.argmin()), prices.shape)
            best, price = tuple(known.bridges[i] for i in way), least
    return best


def bridged(engine: Engine, motion: Motion, following: np.ndarray, room: int) -> tuple[Motion, tuple[str, ...]]:
    """Returns a motion on the floor, followed by what leads to the pose `following` (22, 3), and the wordings of that.

    Where the postures are alike nothing is put in. room: the most frames of `motion` that may be cross-faded.
    """
    end = last_pose(motion, engine.body)
    if not unlike(end, following, engine.body.joints()[0, 1]):
        return motion, ()
    way = between(engine, end, following)
    for bridge in way:
        tail = ground_poses(motion.crop(max(len(motion) - _LOOKED_AT, 0), len(motion)), engine.body)
        first = ground_poses(bridge.motion.crop(0, _LOOKED_AT), engine.body)
        needed = min(needed_seam(tail, first, motion.fps), room)
        motion = followed_by(motion, bridge.motion, possible(needed, motion, bridge.motion), engine.body)
        room = len(bridge.motion) // 2
    return motion, tuple(bridge.wording for bridge in way)


def _bridges(engine: Engine) -> _Bridges:
    """Returns the pack's motions between postures, and their mirror images. Decodes them once for an engine."""
    return _of_engines.of(engine, None, lambda: _Bridges(_made(engine)))


def _made(engine: Engine) -> tuple[Bridge, ...]:
    try:
        index = engine.wordings
    except UserError:  # a pack without texts, whose motions are not known
        return ()
    embeddings = engine.encode_texts(WORDINGS)
    actions = dict.fromkeys(
        choice.action
        for text, embedding in zip(WORDINGS, embeddings, strict=True)
        if (choice := index.choose(Segment(text, text), embedding)).sure
    )
    named = [pair for action in actions for pair in index.motions_of(action)]
    if not named:
        return ()
    latents = np.stack([latent for _, latent in named])
    motions = with_hands_of(engine, latents, engine.decode(latents, min(_FRAMES, engine.pack.frames[1])))
    found = []
    for (wording, _), motion in zip(named, motions, strict=True):
        done = _changing_part(put_on_floor(motion, engine.body), engine.body)
        if np.abs(np.diff(done.translation[:, 1])).max(initial=0.0) * done.fps > _LEAPS:
            continue
        for each in (done, done.mirror()):
            poses = ground_poses(each, engine.body)
            found.append(Bridge(wording, each, poses[0], poses[-1]))
    return tuple(found)


def _changing_part(motion: Motion, body: Body) -> Motion:
    """Returns the part of a motion in which it changes, without the stillness before and after."""
    poses = ground_poses(motion, body)
    near = _NEAR * float(apart(poses[0], poses[-1]))
    left = np.flatnonzero(apart(poses, poses[0]) > near)
    away = np.flatnonzero(apart(poses, poses[-1]) > near)
    if not (len(left) and len(away) and left[0] < away[-1]):
        return motion
    return motion.crop(max(int(left[0]) - _KEPT, 0), min(int(away[-1]) + 1 + _KEPT, len(motion)))
