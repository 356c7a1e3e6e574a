"""Brings a body to rest after a movement that is done once: it goes on standing or sitting as people do, and does not
freeze."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..body import Body, floor_under
from ..errors import UserError
from ..kept import Kept
from ..measure import active_part
from .foot_locking import on_floor
from .hands import with_last_hands_of
from .seams import apart, ground_poses, needed_seam, possible

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion

_AT_REST = ("idle", "sit")  # classes of a pack whose motions are a rest
_NEAR = 0.28  # metres: mean distance of the joints between the end of a movement and a rest that follows it
_PAUSE = 15  # frames after the movement before the rest begins
_FLOATS = 0.15  # metres above the floor: a higher body is there on purpose
_LANDING = 30  # frames within which a body is put on the floor
_LOOKED_AT = 6  # frames that are compared
_SHORT = 20  # frames that are decoded of every rest, to choose one


def with_rest(engine: Engine, motion: Motion) -> tuple[Motion, Motion, int] | None:
    """Returns a movement that is done once without what follows it, the rest that follows, and the frames of the
    cross-fade between them.

    None if no rest of the pack is like its last pose, as after falling down. The rest is as long as the decoder's
    longest window.
    """
    end = min(active_part(on_floor(motion, engine.body), engine.body)[1] + _PAUSE, len(motion))
    done = on_floor(motion.crop(0, end), engine.body)
    rests = _rests(engine)
    last = ground_poses(done.crop(max(end - _LOOKED_AT, 0), end), engine.body)
    nearest = min(rests, key=lambda rest: float(apart(last[-1], rest.start[0])), default=None)
    if nearest is None or float(apart(last[-1], nearest.start[0])) > _NEAR:
        return None
    seam = needed_seam(last, nearest.start, motion.fps)
    (rest,) = engine.decode(nearest.latent[None], engine.pack.frames[1])
    rest = with_last_hands_of(done, rest)
    return done, on_floor(rest, engine.body), possible(seam, done, rest)


def landed(motion: Motion, body: Body) -> Motion:
    """Returns the motion with its last pose on the floor, if it nearly is: it will be held, so that it must not float.

    A body that hangs or sits high above the floor stays there.
    """
    lowest = body.lowest(motion)
    above = float(lowest[-1]) - floor_under(lowest)
    if not 0 < abs(above) < _FLOATS:
        return motion
    falls = np.zeros((len(motion), 3))
    last = min(_LANDING, len(motion))
    falls[-last:, 1] = above * (1 - np.cos(np.pi * np.arange(1, last + 1) / last)) / 2
    return motion.moved(-falls)


class _Rest(NamedTuple):
    """A motion of the pack in which a body is at rest: its latent (D,), and its first poses (n, 22, 3)."""

    latent: np.ndarray
    start: np.ndarray


_known: Kept[Engine, tuple[_Rest, ...]] = Kept(1)


def _rests(engine: Engine) -> tuple[_Rest, ...]:
    """Returns the rests of the pack; none for a pack that does not tell its classes."""
    return _known.of(engine, None, lambda: _found(engine))


def _found(engine: Engine) -> tuple[_Rest, ...]:
    try:
        index = engine.wordings
    except UserError:
        return ()
    names = [name for name in _AT_REST if name in index.actions]
    wordings = [wording for name in names for wording, _ in index.motions_of(name)]
    # of one wording each: at the mean of several, the decoder lets a body that stands glide away
    latents = list(engine.prompt_latents(wordings)) if wordings else []
    motions = engine.decode(np.stack(latents), _SHORT) if wordings else []
    starts = [ground_poses(on_floor(one, engine.body), engine.body)[:_LOOKED_AT] for one in motions]
    return tuple(map(_Rest, latents, starts))
