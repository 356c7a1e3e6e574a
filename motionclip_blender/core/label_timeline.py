"""Recognises several actions in one motion: labels along it, each with its times."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .motion import frames_at
from .progress import Progress

if TYPE_CHECKING:
    from .engine import Engine
    from .motion import Motion
    from .recognition import Recogniser

FRAMES = 20
"""Frames of a window at the pack's rate, the shortest that the encoder was trained on. Longer ones blur boundaries."""

STRIDE = 5
"""Frames from one window to the next, a sixth of a second; more in a motion of more than `_MOST` windows."""

SWITCH = 18.0
"""Price of going over to another label, in the unit of the shares' exponents. Every price from 8 to 32 splits the
made timelines of `training segments --choose` equally well."""

_WHOLE = 4.0  # weight of the whole part, relative to the mean of its windows
_MOST = 1000  # windows, which take some seconds


@dataclass(frozen=True)
class LabelledPart:
    """A part of a motion that has one label.

    start, end: seconds from the motion's first frame; the parts touch. cosine, share: of the label, see `Score`.
    """

    name: str
    start: float
    end: float
    cosine: float
    share: float


def labelled_parts(
    engine: Engine, recogniser: Recogniser, motion: Motion, progress: Progress | None = None
) -> list[LabelledPart]:
    """Returns the parts of a motion in order, at least one. Raises what `progress` raises, between windows."""
    stride = max(STRIDE, math.ceil(frames_at(motion, engine.pack.fps) / _MOST))
    windows = engine.encode_windows(motion, progress, FRAMES, stride)
    # fewer windows speak for as much time, and a switch has the same price
    cosines = recogniser.cosines(windows.latents)
    labels = smoothed(stride / STRIDE * recogniser.sharpness * cosines, SWITCH)
    middles = (windows.starts + windows.frames / 2) / engine.pack.fps
    firsts = [0, *(np.flatnonzero(np.diff(labels)) + 1)]
    duration = len(motion) / motion.fps
    edges = [0.0, *((middles[i - 1] + middles[i]) / 2 for i in firsts[1:]), duration]
    parts: list[LabelledPart] = []
    for first, stop, start, end in zip(firsts, [*firsts[1:], len(labels)], edges, edges[1:], strict=False):
        whole = motion.crop(round(start * motion.fps), max(round(end * motion.fps), round(start * motion.fps) + 1))
        # short windows find where a label begins; the whole part tells what it is
        score = recogniser.ranked(
            (cosines[first:stop].mean(axis=0) + _WHOLE * recogniser.cosines(engine.encode(whole)[None], [whole])[0])
            / (1 + _WHOLE),
            of_motion=True,
        )[0]
        part = LabelledPart(score.name, float(start), float(end), score.cosine, score.share)
        if parts and parts[-1].name == part.name:
            part = _joined(parts.pop(), part)
        parts.append(part)
    return parts


def _joined(one: LabelledPart, other: LabelledPart) -> LabelledPart:
    """Returns two parts of one label as one part, as sure as both are in the mean."""
    shares = np.array([one.end - one.start, other.end - other.start])
    cosine, share = np.array([(one.cosine, one.share), (other.cosine, other.share)]).T @ shares / shares.sum()
    return LabelledPart(one.name, one.start, other.end, float(cosine), float(share))


def smoothed(scores: np.ndarray, switch: float) -> np.ndarray:
    """Returns the label of each window, (n,): the way with the largest sum, by Viterbi's algorithm.

    scores: (n, labels), the larger the likelier. switch: what each change of the label takes from the sum.
    """
    windows, labels = scores.shape
    before = np.empty((windows, labels), int)
    best = scores[0]
    for i in range(1, windows):
        top = int(best.argmax())
        before[i] = np.where(best >= best[top] - switch, np.arange(labels), top)
        best = np.maximum(best, best[top] - switch) + scores[i]
    way = np.empty(windows, int)
    way[-1] = best.argmax()
    for i in range(windows - 1, 0, -1):
        way[i - 1] = before[i, way[i]]
    return way
