"""Decides which clips are held out for testing: `splits.json`.

A take is one performance. Partners of one dance, and clips cut from each other, are one take, and a take is never in
both parts. The takes held out show classes that other takes show too. `python -m training splits` proposes a new
choice.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole

from ..shipped import shipped
from .captions import CaptionedSpan, load_captions

SPLITS = Path(__file__).with_name("splits.json")
UNSEEN = "unseen:"
HELD_OUT = "held-out"
_SHARE = 0.15  # share of a class's takes that is held out, and at least one


@cache
def _data() -> dict:
    return shipped(SPLITS)


@cache
def _take_of() -> dict[str, str]:
    return {clip: clips[0] for clips in _data()["same_take"] for clip in clips}


def take_of(clip: str) -> str:
    """Returns the take of a clip: the name of the take's first clip."""
    return _take_of().get(clip, clip)


def is_test(clip: str, split: str = HELD_OUT) -> bool:
    """Returns whether a clip is for testing only.

    split: "held-out", or "unseen:" and a source: then all clips of that source are for testing, and no others.
    Raises `UserError` for an unknown split.
    """
    if split == HELD_OUT:
        return take_of(clip) in _data()["held_out"]
    source = split.removeprefix(UNSEEN)
    if not split.startswith(UNSEEN) or source not in _data()["sources"]:
        known = ", ".join(f"{UNSEEN}{name}" for name in _data()["sources"])
        raise UserError(f"There is no split {split!r}; choose {HELD_OUT} or one of {known}.")
    return clip.split("/")[0] == source


def propose(spans: list[CaptionedSpan]) -> list[str]:
    """Returns takes to hold out: at least one of every class that has more than one, about `_SHARE` of each class.

    The remaining takes show every class, and every trained class by an exemplar, because prompts are trained on those.
    Clips that lend limbs to others are not held out.
    """
    classes: dict[str, set[str]] = {}
    for span in spans:
        if not span.limbs:
            classes.setdefault(take_of(span.clip), set()).add(span.action)
    lent = {take_of(clip) for span in spans for clip in (span.clip, *span.limbs.values()) if span.limbs}
    exemplars = {take_of(span.clip) for span in spans if span.exemplar and not span.limbs}
    left = Counter(action for actions in classes.values() for action in actions)
    total = Counter(left)
    held: list[str] = []
    missing = Counter({action: max(1, round(_SHARE * count)) for action, count in total.items() if count > 1})
    # the rarest classes choose first, preferring takes that are no exemplars
    for action in sorted(missing, key=lambda a: (total[a], a)):
        candidates = sorted(
            (t for t, actions in classes.items() if action in actions and t not in lent and t not in held),
            key=lambda t: (t in exemplars, len(classes[t]), zlib.crc32(t.encode())),
        )
        for candidate in candidates:
            if missing[action] <= 0:
                break
            others_stay = all(left[a] > 1 for a in classes[candidate])
            if others_stay and _keeps_exemplars(candidate, spans, held):
                held.append(candidate)
                for a in classes[candidate]:
                    left[a] -= 1
                    missing[a] -= 1
    return sorted(held)


def _keeps_exemplars(candidate: str, spans: list[CaptionedSpan], held: list[str]) -> bool:
    """Returns whether every class with an exemplar still has one without the candidate."""
    gone = {*held, candidate}
    before = {span.action for span in spans if span.exemplar}
    return before == {span.action for span in spans if span.exemplar and take_of(span.clip) not in gone}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training splits", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write them to {SPLITS.name}; else only print them")
    options = parser.parse_args(arguments)
    spans = load_captions()
    held = propose(spans)
    classes = {span.action for span in spans if take_of(span.clip) in held}
    print(f"{len(held)} takes held out, of {len(classes)} classes", file=sys.stderr)
    if options.write:
        with write_whole(SPLITS) as handle:
            handle.write((json.dumps(_data() | {"held_out": held}, indent=1) + "\n").encode())
    else:
        print("\n".join(held))
    return 0
