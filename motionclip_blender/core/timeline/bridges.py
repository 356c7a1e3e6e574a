"""Finds known motions that lead from one posture to another: getting up, standing up, sitting, kneeling and lying
down."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from .postures import kneels, on_feet, unlike

if TYPE_CHECKING:
    from ..engine import Engine

WORDINGS = (
    "gets up from the ground",
    "stands up from a chair",
    "sits down on a chair",
    "lies down on the ground",
    "kneels down",
)
"""Texts whose classes of motions lead from one posture to another. The pack's own wordings for them are taken."""

_BOTH_WAYS = WORDINGS[0], WORDINGS[-1]  # whose motions are made backward, too: up from the knees, over in lying
_ON_LEGS = WORDINGS[-1]
_FRAMES = 100  # frames that are decoded of each
_NEAR = 0.1  # share of the distance between a motion's first and last pose within which it has not left, or is there
_KEPT = 4  # frames of stillness that are kept on both sides
_LEAPS = 1.5  # metres per second: who rises or sinks faster leaps to the feet or drops, which nobody asked for
_STEP = 0.12  # metres by which one more motion must bring the poses nearer
_LOOKED_AT = 6  # frames whose poses are compared at a seam
_FEWEST = 15  # frames of a motion that is put in, at least
_RISES = 0.3  # metres by which a pelvis may rise over, or sink below, the higher and the lower one of both postures


@dataclass(frozen=True, eq=False)
class Bridge:
    """A motion from one posture to another.

    poses: (T, 22, 3) its poses, see `seams.ground_poses`. on_legs: whether the legs carry
    the body all the while.
    """

    wording: str
    motion: Motion
    poses: np.ndarray
    on_legs: bool

    @property
    def heights(self) -> np.ndarray:
        """Returns the heights of the pelvis over the lowest joint, (T,) metres."""
        return _heights(self.poses)

    def crop(self, first: int, last: int) -> Bridge:
        """Returns the part from the frame `first` to the frame `last`."""
        return replace(self, motion=self.motion.crop(first, last + 1), poses=self.poses[first : last + 1])


class _Bridges:
    """All of a pack's bridges.

    starts, ends: (n, 22, 3) their first and last poses. between: (n, n) metres from each one's end to each one's start.
    highest: (n,) metres of the pelvis over the lowest joint, at most.
    """

    def __init__(self, bridges: tuple[Bridge, ...]) -> None:
        self.bridges = bridges
        self.poses = np.concatenate([bridge.poses for bridge in bridges]) if bridges else np.zeros((0, 22, 3))
        self.cuts = np.cumsum([len(bridge.poses) for bridge in bridges])[:-1]
        self.starts = np.array([bridge.poses[0] for bridge in bridges])
        self.ends = np.array([bridge.poses[-1] for bridge in bridges])
        self.between = np.array([apart(self.starts, end) for end in self.ends])
        self.highest = np.array([bridge.heights.max() for bridge in bridges])

    def away(self, pose: np.ndarray) -> list[np.ndarray]:
        """Returns the metres from each frame of each bridge to a pose (22, 3)."""
        return np.split(apart(self.poses, pose), self.cuts)


_of_engines: Kept[Engine, _Bridges] = Kept(1)


def between(engine: Engine, before: np.ndarray, after: np.ndarray) -> tuple[Bridge, ...]:
    """Returns the motions, at most two, by which pose `before` (22, 3) best leads to pose `after` (22, 3).

    A single one is cut where it is nearest to both, and none leads through a posture that is higher or lower than both:
    who lies does not stand up to turn over, and who is carried by the legs in both does not sit down in between. None
    of them if no known motion comes nearer than the direct way.
    """
    known = _bridges(engine)
    best: tuple[Bridge, ...] = ()
    if not known.bridges:
        return best
    direct = float(apart(before, after))
    price = np.inf
    heights = _heights(np.stack((before, after)))
    lowest, highest = float(heights.min()) - _RISES, float(heights.max()) + _RISES
    on_legs = all(on_feet(pose) or kneels(pose) for pose in (before, after))
    for bridge, left, there in zip(known.bridges, known.away(before), known.away(after), strict=True):
        first, last = _part(left, there)
        worst, cost = max(left[first], there[last]) + _STEP, float(left[first] + there[last])
        if worst >= direct or cost >= price or last - first < _FEWEST or (on_legs and not bridge.on_legs):
            continue
        heights = bridge.heights[first : last + 1]
        if lowest <= heights.min() and heights.max() <= highest:
            best, price = (bridge.crop(first, last),), cost
    starts, ends = apart(known.starts, before), apart(known.ends, after)
    two = np.maximum(np.maximum(starts[:, None], ends), known.between) + 2 * _STEP
    two[np.maximum(known.highest[:, None], known.highest) > highest] = np.inf
    one = direct if not best else max(apart(best[0].poses[0], before), apart(best[0].poses[-1], after)) + _STEP
    if float(two.min()) < one and not on_legs:
        best = tuple(known.bridges[i] for i in np.unravel_index(int(two.argmin()), two.shape))
    return best


def _part(left: np.ndarray, there: np.ndarray) -> tuple[int, int]:
    """Returns the first and the last frame of the part of a motion by which a body best gets from one pose to another.

    left, there: (T,) metres of each frame from the one pose, and from the other.
    """
    start, end = int(left.argmin()), int(there.argmin())
    ways = (start, start + int(there[start:].argmin())), (int(left[: end + 1].argmin()), end)
    return min(ways, key=lambda way: max(left[way[0]], there[way[1]]))


def _heights(poses: np.ndarray) -> np.ndarray:
    """Returns the heights of the pelvis over the lowest joint of poses (T, 22, 3), (T,) metres."""
    return poses[:, 0, 1] - poses[..., 1].min(axis=1)


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
    texts: dict[str, str] = {}
    for text, embedding in zip(WORDINGS, embeddings, strict=True):
        if (choice := index.choose(Segment(text, text), embedding)).sure:
            texts.setdefault(choice.action, text)
    named = [(*pair, text) for action, text in texts.items() for pair in index.motions_of(action)]
    if not named:
        return ()
    latents = np.stack([latent for _, latent, _ in named])
    motions = with_hands_of(engine, latents, engine.decode(latents, min(_FRAMES, engine.pack.frames[1])))
    found = []
    for (wording, _, text), motion in zip(named, motions, strict=True):
        done = _changing_part(put_on_floor(motion, engine.body), engine.body)
        if np.abs(np.diff(done.translation[:, 1])).max(initial=0.0) * done.fps > _LEAPS:
            continue
        for each in (done, done.mirror()):
            poses = ground_poses(each, engine.body)
            found.append(Bridge(wording, each, poses, text == _ON_LEGS))
            if text in _BOTH_WAYS:
                found.append(Bridge(f"{wording}, backward", each.backward(), poses[::-1], text == _ON_LEGS))
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
