"""Sets how often a motion is done, by repeating or cutting whole periods."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..body import Body
from ..cleanup.loop import closed, extended
from ..cleanup.loop import repeated as rounds
from ..measure import FAR, active_part, measured_period, repetitions, root_space_poses, travelled
from ..motion import Motion
from .swings import Swings, how_often, passing_feet, swings

PERIOD = "period"
"""Instead of a movement, what is counted of motions that are never back but where they begin anew."""

_FULL = 0.7  # share of the motion's own swings that counted ones have at least
_SWUNG_SEAM = 6  # frames of the cross-fade between swings, at most
_SEAM = 8  # frames of the cross-fade between repetitions of a motion without a period


def counted(motion: Motion, body: Body, count: int, halves: bool = False, of: str = "") -> Motion:
    """Returns the motion with its movement done `count` times (1 or more), as long as that takes.

    It is cut and repeated where the movement is back. If that does not clearly give the count, the first swings are
    left out, or a motion that repeats itself is cut into periods, which begin where it moves least.
    halves: count half periods, as the steps of a gait.
    of: the movement that is counted, see `swings`; `PERIOD` for whole periods, from guard to guard.
    """
    if halves or of == PERIOD:
        return _in_periods(motion, body, count, halves)
    least = _FULL * how_often(motion, body, of)[2]
    best = None
    for made in _tries(motion, body, count, of):
        often, clear, far = how_often(made, body, of)
        if often > count:
            made = made.crop(0, swings(made, body, of).back[count] + 1)
            often, clear, far = how_often(made, body, of)
        if often == count and clear and far > least:
            return made
        if best is None or (often == count and best[0] != count):
            best = often, made
    assert best is not None  # there is at least one try
    return best[1]


def _tries(motion: Motion, body: Body, count: int, of: str) -> Iterator[Motion]:
    """Yields motions with the movement done `count` times, the best first; some may have it more or less often."""
    motion = _whole(motion, body, of)
    found = swings(motion, body, of)
    for farther in (4, 8, 1000) if found.out else ():
        yield _swung(motion, body, count, found, farther)
    for back in found.back[1:-1]:  # without the first swings, which may be smaller
        later = motion.crop(back, len(motion))
        rest = swings(later, body, of)
        if rest.out:
            yield _swung(later, body, count, rest, 4)
    yield _in_periods(motion, body, count, halves=False)
    if found.out:
        yield _swung(motion, body, count + 1, found, 4)


def _whole(motion: Motion, body: Body, of: str) -> Motion:
    """Returns the motion without a last swing that its end cuts off: one in which it still moves, and is not back."""
    found = swings(motion, body, of)
    cut_off = active_part(motion, body)[1] >= len(motion) - 1 and not found.returns
    return motion.crop(0, found.back[-2] + 1) if len(found.out) > 1 and cut_off else motion


def _swung(motion: Motion, body: Body, count: int, found: Swings, farther: int) -> Motion:
    """Returns the motion with its swings done `count` times: the first of them, or all of them again and again.

    farther: rounds are joined up to a `farther`-th of a swing away from where it is back.
    """
    start, stop = active_part(motion, body)
    start, stop = max(min(start - 2, found.back[0]), 0), min(max(stop + 2, found.back[-1] + 1), len(motion))
    start, stop = max(start, found.still[0]), min(stop, found.still[1] + 1)  # never in the middle of one more
    many = len(found.out)
    if count < many:
        return motion.crop(start, found.back[count] + 1)
    if count == many:
        return motion.crop(start, stop)
    first, last = _agreeing(root_space_poses(motion, body), found, start, stop, farther)
    out, left = motion.crop(start, last + 1), count - many
    while left > 0:
        end = found.back[left] + 1 if left < many else last + 1 if left > many else stop
        piece = motion.crop(first, end)
        out = out.fade_into(
            piece, max(min(_SWUNG_SEAM, (found.out[0] - first) // 2, len(piece) // 3, len(out) // 3), 1)
        )
        left -= many
    return out


def _agreeing(poses: np.ndarray, found: Swings, start: int, stop: int, farther: int) -> tuple[int, int]:
    """Returns a frame before the first swing and one after the last at which poses agree best."""
    # near the places where it is back: half-way out, poses agree with half-way back
    before = np.arange(start, max(found.back[0] + (found.out[0] - found.back[0]) // farther, start) + 1)
    after = np.arange(min(found.back[-1] - (found.back[-1] - found.out[-1]) // farther, stop - 1), stop)
    apart = ((poses[before][:, None] - poses[after][None]) ** 2).sum(axis=-1)
    # without stillness that would be repeated
    wide = max(found.out[-1] - found.out[0], found.back[-1] - found.back[0], 1)
    away = np.abs(before - found.back[0])[:, None] + np.abs(after - found.back[-1])[None]
    apart = apart / max(apart.mean(), 1e-9) + away / wide
    i, j = np.unravel_index(int(apart.argmin()), apart.shape)
    return int(before[i]), int(after[j])


def _in_periods(motion: Motion, body: Body, count: int, halves: bool) -> Motion:
    period = measured_period(motion, body)
    if period is None:
        start, stop = active_part(motion, body)
        once = motion.crop(max(start - 2, 0), min(stop + 2, len(motion)))
        if halves and (paced := _paced(motion, body, count)) is not None:
            return paced
        out = once
        for _ in range(count - 1):
            out = out.fade_into(once, min(_SEAM, len(once) // 3))
        return (_paced(out, body, count) if halves else None) or out
    length = max(round(period), 4)
    start = _quiet_start(root_space_poses(motion, body), length)
    loop = closed(motion.crop(start, start + length))
    if halves:
        frames = round(count * period / 2)
        walk = rounds(loop, count + 3)
        return _paced(walk, body, count) or walk.crop(0, frames + 1)
    done = rounds(loop, 4)
    in_a_round = max(round(len(repetitions(done, body)) / 4), 1)
    if in_a_round == 1:
        return rounds(loop, count + 1).crop(0, count * len(loop) + 1)
    # a round that holds the movement several times is cut where the last requested one is over
    done = rounds(loop, -(-count // in_a_round) + 1)
    times = repetitions(done, body)
    over = times[count - 1][1] if len(times) >= count else len(done)
    after = times[count][0] if len(times) > count else over + 1
    return done.crop(0, max((over + over + after) // 3, 2))


def as_far(motion: Motion, body: Body, metres: float, most: int) -> Motion:
    """Returns the motion, in as many rounds as that takes, up to where it has gone so far, with `most` frames at most.

    A motion that travels nowhere is returned unchanged.
    """
    gone = travelled(motion)
    if gone[-1] < metres and gone[-1] > FAR:
        period = measured_period(motion, body)
        if period is None:
            once, many = motion, min(round(metres / gone[-1]), most // len(motion))
            for _ in range(many - 1):
                motion = motion.fade_into(once, min(_SEAM, len(once) // 3))
        else:
            length = max(round(period), 4)
            start = _quiet_start(root_space_poses(motion, body), length)
            loop = closed(motion.crop(start, start + length))
            own = max(float(travelled(loop)[-1]), 1e-3)
            motion = rounds(loop, min(int(metres / own) + 2, most // length + 1))
        gone = travelled(motion)
    there = np.flatnonzero(gone >= metres)
    return motion.crop(0, min(int(there[0]) + 1 if len(there) else len(motion), most))


def _paced(motion: Motion, body: Body, count: int) -> Motion | None:
    """Returns the part of a walk in which one foot passes the other `count` times; None if it does so too seldom."""
    passes = passing_feet(motion, body)
    if len(passes) < count + 2:
        return None
    start, end = (sum(passes[i : i + 2]) // 2 for i in (0, count))
    return motion.crop(start, end + 1)


def held(motion: Motion, frames: int) -> Motion:
    """Returns the motion `frames` long: cut, or with its last pose held."""
    return extended(motion, frames, hold=True).crop(0, frames)


def _quiet_start(poses: np.ndarray, length: int) -> int:
    """Returns the best first frame of a period of `length` frames: where poses agree and little moves."""
    last = len(poses) - length
    if last <= 0:
        return 0
    seam = ((poses[length:] - poses[:last]) ** 2).sum(axis=1)
    moves = np.linalg.norm(np.gradient(poses, axis=0), axis=1)[:last]
    apart = (poses[:last] - poses[0]) ** 2
    # a period may begin anywhere in the first one; the motion's own beginning is preferred
    price = seam / max(seam.max(), 1e-9) + 0.5 * moves / max(moves.max(), 1e-9)
    price += 0.3 * apart.sum(axis=1) / max(apart.sum(axis=1).max(), 1e-9)
    return int(np.argmin(price[: max(min(length, last), 1)]))
