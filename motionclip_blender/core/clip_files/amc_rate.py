"""Finds the frames per second of AMC files, most of which don't contain them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..retarget.source import SourceClip
from .frame_rates import RANGE, is_rate

_USUAL = 120.0  # the rate of CMU's and HDM05's recordings
_NUMBER = r"(\d+(?:\.\d+)?)"
_WORDS = r"(?:(?:samples|frames)[ _-]*(?:per|/)[ _-]*sec(?:ond)?|frame[ _-]*rate|fps|hz)\b"
_IN_HEADER = re.compile(rf"{_WORDS}\W*{_NUMBER}|{_NUMBER}\s*{_WORDS}", re.IGNORECASE)
_IN_NAME = re.compile(r"hdm_[\w-]+_\d+_(\d{2,3})", re.IGNORECASE)  # HDM_xy_01-01_01_120

# Weights of the features of `_pace`, and the pace of an average recording, in octaves per second.
# Fitted by least squares to 128 clips of CMU's with known rates.
_WEIGHTS = np.array([0.15, 0.45, 0.40])
_AVERAGE = 1.61
_TOO_FAST = 0.85  # octaves above the average: so fast are 2 to 6 % of recordings, but 40 to 80 % at double speed
_SLOWER_RATES = (60.0, 30.0)
HOW = " (--fps or a clips.csv gives another)"
"""The end of a note, for those who prepare training data."""

_SHORTEST = 90  # frames needed for a guess


def amc_rate(path: Path, text: str, clip: SourceClip, known: float | None) -> tuple[float, str]:
    """Returns the frames per second, and a note on how they were guessed; empty when they are known.

    They are `known`, or given in the file's header, or in its name as in HDM05. Otherwise 120 is assumed, or 60 or 30
    where the body would move implausibly fast at 120. clip: the motion; its fps is ignored. Raises `UserError` for a
    rate at which nobody is recorded.
    """
    found = known or _written(text) or _named(path)
    if found and not is_rate(found):
        raise UserError(f"{path.name} says that it has {found:g} frames a second; give its true rate, {RANGE}.")
    if found:
        return found, ""
    pace = _pace(clip)
    if pace is None or pace + np.log2(_USUAL) - _AVERAGE < _TOO_FAST:
        return _USUAL, f"no rate is given, so {_USUAL:g} frames a second are taken, as most recordings have{HOW}"
    rate = min(_SLOWER_RATES, key=lambda rate: abs(pace + np.log2(rate) - _AVERAGE))
    return rate, f"no rate is given, so {rate:g} frames a second are taken, as at {_USUAL:g} it would be too fast{HOW}"


def _written(text: str) -> float | None:
    """Returns the rate given in the lines before the first frame."""
    for line in text.split("\n"):
        if line.strip().isdigit():
            return None
        match = _IN_HEADER.search(line)
        if match and (rate := float(match[1] or match[2])) > 0:
            return rate
    return None


def _named(path: Path) -> float | None:
    match = _IN_NAME.fullmatch(path.stem)
    return float(match[1]) if match and float(match[1]) else None


def _pace(clip: SourceClip) -> float | None:
    """Returns how fast the body moves around its root, in octaves per frame; None for too little movement.

    The features are speed in leg lengths, acceleration relative to speed, and the frequency below which half of the
    speed's power lies.
    """
    leg = np.ptp(clip.rest_heads[:, 1])
    speeds = np.diff(clip.heads - clip.heads[:, :1], axis=0) / max(leg, 1e-9)
    if len(clip) < _SHORTEST or not speeds.any():
        return None
    rms = np.sqrt((speeds**2).sum(axis=-1).mean())
    sharpness = np.sqrt((np.diff(speeds, axis=0) ** 2).sum(axis=-1).mean()) / rms
    signals = speeds.reshape(len(speeds), -1)
    window = np.hanning(len(signals))[:, None]
    power = (np.abs(np.fft.rfft((signals - signals.mean(axis=0)) * window, axis=0)) ** 2).sum(axis=1)
    below = np.cumsum(power) / power.sum()
    middle = np.interp(0.5, below, np.fft.rfftfreq(len(signals)))
    return float(_WEIGHTS @ np.log2([rms, sharpness, middle]))
