"""Checks the captions before a model is trained on them: `python -m training captions`."""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import INDEX

from .captions import FOLDER, MORE, CaptionedSpan, load_captions, mirrored, names_a_side
from .clip_files.collection import collections
from .span_measures import measures
from .spans import cut
from .told_facts import contradictions, facts_of, measured_contradictions
from .told_movement import movement_contradictions

FEWEST_WORDINGS = 4  # an action word, a plain sentence, a descriptive and an abstract wording
FEWEST_OF_EXEMPLAR = 10
SHORTEST = 0.6  # seconds of a span; a clip that is used whole may be shorter
_SIDES, _WAYS = ("", "left", "right"), ("", "forward", "backward", "left", "right")
_CHOICE = "left, right, forward or backward, or leave them out"
_NAMED = 5  # clips of a source that are named one by one
_ROUNDING = 0.04  # seconds by which a span may end after its clip: about a frame
_FREE_FALL = (4.0, 20.0)  # m/s2: measured of people's jumps, as a few joints are not quite the centre of mass
_LIFT, _ALOFT = 0.1, 1 / 3  # metres of the lowest joint in a jump; share of its height above which nothing touches
_SHORTEST_FLIGHT = 4  # frames to which a parabola is fitted
_FALLING = ("pelvis", "spine3", "left_knee", "right_knee")  # near the centre of mass even if the legs are drawn up
_JOINTS = 22  # without face and fingers

# Words in which the swap of left and right would miss a side, and phrases in which the word is no side
_COMPOUND = re.compile(r"(left|right)(hand|ward|most|side|y\b|ies\b)", re.IGNORECASE)
_NO_SIDE = re.compile(r"\b(all right|right right|right away|right now|left over)\b", re.IGNORECASE)
_LEAP = re.compile(r"\b(?:jump|leap)(?:s|ing)?\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def check(
    spans: Sequence[CaptionedSpan],
    classes: Sequence[str],
    styles: Sequence[str],
    clips: Mapping[str, float] | None = None,
    beside: Sequence[CaptionedSpan] = (),
) -> list[str]:
    """Returns a sentence for every fault of the captions; empty when they can be trained on.

    clips: the length in seconds of every clip, by its id; None skips the checks of existence and length.
    beside: further captions that are trained on together with these; they are not checked themselves.
    """
    problems = []
    for span in spans:
        problems += [f"{_name(span)}: {problem}" for problem in _line_problems(span, classes, styles)]
    problems += _list_problems("classes.json", classes) + _list_problems("styles.json", styles)
    problems += _class_problems([*spans, *beside], classes)
    problems += _shared_wordings([*spans, *beside])
    if clips is not None:
        problems += _clip_problems(spans, clips)
    return problems


def left_out(clip: str) -> bool:
    """Returns whether a clip's collection skips it, so that it must not be captioned."""
    source, _, name = clip.partition("/")
    collection = collections().get(source)
    return collection is not None and collection.skips(name)


def repeats_name(caption: str, clip: str) -> bool:
    """Returns whether the caption only repeats the name of the clip's file, ignoring case and underscores.

    Names of one or two words ("Walk_Loop", "Head Nod") are natural words for the action and may be used; "loop" and
    numbers don't count. A longer name ("Melee_2H_Attack_Chop") is a label that a user would not type.
    """
    name = [w.lower() for w in _WORD.findall(clip.rsplit("/", 1)[-1]) if w.lower() != "loop" and not w.isdigit()]
    said = [w.lower() for w in _WORD.findall(caption) if w.lower() != "loop" and not w.isdigit()]
    return len(name) > 2 and said == name


def _name(span: CaptionedSpan) -> str:
    whole = not span.start and span.end is None
    return span.clip if whole else f"{span.clip} from {span.start:g} s"


def _line_problems(span: CaptionedSpan, classes: Sequence[str], styles: Sequence[str]) -> Iterator[str]:
    if span.action not in classes:
        yield f'the class "{span.action}" is not in classes.json.'
    for style in span.style:
        if style not in styles:
            yield f'the style "{style}" is not in styles.json.'
    if span.after not in ("repeat", "hold"):
        yield f'"after" is "{span.after}"; it must be "repeat" or "hold".'
    if span.travel and span.speed:
        yield '"travel" and "speed" are two ways to travel; give one.'
    if span.end is not None and span.end - span.start < SHORTEST:
        yield f"the span lasts {span.end - span.start:.2g} s; the shortest allowed is {SHORTEST} s."
    if (
        span.shown is not None
        and not span.start <= span.shown <= (math.inf if span.end is None else span.end) - SHORTEST
    ):
        yield f'"shown" is {span.shown:g} s; it must lie in the span, {SHORTEST} s before its end at least.'

    fewest = FEWEST_OF_EXEMPLAR if span.exemplar else FEWEST_WORDINGS
    if len(span.captions) < fewest:
        kind = "an exemplar" if span.exemplar else "a line"
        yield f"{len(span.captions)} wordings; {kind} needs {fewest}."
    for caption, times in Counter(c.lower() for c in span.captions).items():
        if times > 1:
            yield f'"{caption}" is there {times} times.'
    if span.side not in _SIDES or span.direction not in _WAYS:
        yield f'"side" is "{span.side}" and "direction" "{span.direction}"; give {_CHOICE}.'
    for caption in span.captions:
        yield from _caption_problems(caption, span.clip)
    yield from contradictions(span.captions, facts_of(span))


def _caption_problems(caption: str, clip: str) -> Iterator[str]:
    if caption != " ".join(caption.split()) or len(caption) < 2 or not caption.isprintable() or caption.endswith("."):
        yield f'"{caption}" is no clean wording: single spaces, two letters or more, no full stop at the end.'
    if repeats_name(caption, clip):
        yield f'"{caption}" repeats the name of the file; say what is seen.'
    if word := _COMPOUND.search(caption):
        yield f'"{caption}": "{word[0]}" would not be swapped for the mirrored motion; write "left" or "right" alone.'
    elif word := _NO_SIDE.search(caption):
        yield f'"{caption}": "{word[0]}" is no side, but would be swapped for the mirrored motion.'
    elif names_a_side(caption) and mirrored(caption).lower() == caption.lower():
        yield f'"{caption}" reads the same for the mirrored motion, so it would have two motions.'


def _list_problems(file: str, words: Sequence[str]) -> list[str]:
    return [] if sorted(set(words)) == list(words) else [f"{file} must be sorted and name everything once."]


def _class_problems(spans: Sequence[CaptionedSpan], classes: Sequence[str]) -> list[str]:
    shown = {span.action for span in spans if span.exemplar}
    return [
        f'The class "{name}" has no exemplar; prompts would never decode to it.'
        for name in classes
        if name not in shown
    ]


def _shared_wordings(spans: Sequence[CaptionedSpan]) -> list[str]:
    """Returns a sentence for every wording of two exemplars, counting mirror images with their mirrored captions."""
    owners: dict[str, dict[int, str]] = {}
    for number, span in enumerate(spans):
        for caption in map(str.lower, span.captions if span.exemplar else ()):
            owners.setdefault(caption, {})[number] = _name(span)
            if names_a_side(caption):
                # under a negative number: a motion and its mirror image are different motions
                owners.setdefault(mirrored(caption), {})[-1 - number] = f"{_name(span)}, mirrored"
    return [
        f'"{caption}" belongs to {len(names)} exemplars: {"; ".join(names.values())}.'
        for caption, names in owners.items()
        if len(names) > 1
    ]


def _clip_problems(spans: Sequence[CaptionedSpan], clips: Mapping[str, float]) -> list[str]:
    problems = []
    for span in spans:
        for clip in (span.clip, *span.limbs.values()):
            if clip not in clips:
                problems.append(f"{_name(span)}: there is no clip {clip}.")
        if (seconds := clips.get(span.clip)) is None:
            continue
        if span.start >= seconds or (span.end is not None and span.end > seconds + _ROUNDING):
            problems.append(f"{_name(span)}: the span is outside its clip, which lasts {seconds:.2f} s.")
        elif span.end is None and (first := max(span.start, span.shown or 0.0)) and seconds - first < SHORTEST:
            problems.append(f"{_name(span)}: {seconds - first:.2g} s are left; the shortest allowed is {SHORTEST} s.")
    captioned = {span.clip for span in spans if not span.limbs}  # limbs: made from several clips
    problems += _uncaptioned([clip for clip in sorted(clips) if clip not in captioned and not left_out(clip)])
    problems += [f"{clip} is no motion and must not be captioned." for clip in sorted(captioned) if left_out(clip)]
    return problems


def _uncaptioned(clips: list[str]) -> list[str]:
    """Returns a sentence for every clip without captions, or for a source with many of them."""
    problems = []
    for source, group in groupby(clips, key=lambda clip: clip.partition("/")[0]):
        names = list(group)
        if len(names) <= _NAMED:
            problems += [f"{name} has no captions." for name in names]
        else:
            problems.append(f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more of {source} have no captions.")
    return problems


def measured_problems(spans: Sequence[CaptionedSpan], data: Path) -> list[str]:
    """Returns a sentence for every fact and wording that the prepared motion of its span contradicts.

    Spans of several clips, at other rates, and without a motion are left out.
    """
    body, problems = Body.load(), []
    load = lru_cache(maxsize=1)(amass.load)  # the spans of a clip follow each other
    for span in sorted(spans, key=lambda span: (span.clip, span.start)):
        path = data / f"{span.clip}.npz"
        if span.limbs or span.rate != 1.0 or not path.is_file():
            continue
        motion = load(path)
        part = cut(motion, span.start, motion.seconds if span.end is None else span.end)
        shown = (
            part if span.shown is None else cut(motion, span.shown, motion.seconds if span.end is None else span.end)
        )
        found = [
            *measured_contradictions(span, measures(part, body)),
            *_unfree_falls(span, part, body),
            *movement_contradictions(span, shown, body),
        ]
        problems += [f"{_name(span)}: {problem}" for problem in found]
    return problems


def measured_fall(motion: Motion, body: Body) -> float | None:
    """Returns the acceleration downwards, in m/s2, in the highest flight of a motion; None without one.

    A flight begins and ends in the motion. It is measured where the lowest joint is well over the floor, by a parabola.
    """
    joints = body.posed_joints(motion)[:, :_JOINTS, 1].astype(np.float64)
    lift = joints.min(axis=1) - np.percentile(joints.min(axis=1), 5)
    top = int(lift.argmax())
    low = np.flatnonzero(lift <= _ALOFT * lift[top])
    if lift[top] < _LIFT or not (low < top).any() or not (low > top).any():
        return None
    flight = joints[low[low < top][-1] + 1 : low[low > top][0], [INDEX[name] for name in _FALLING]].mean(axis=1)
    if len(flight) < _SHORTEST_FLIGHT:
        return None
    return -2 * float(np.polyfit(np.arange(len(flight)) / motion.fps, flight, 2)[0])


def _unfree_falls(span: CaptionedSpan, motion: Motion, body: Body) -> Iterator[str]:
    """Yields a sentence for an exemplar of a jump whose flight is no free fall."""
    said = next(filter(_LEAP.search, span.prompts), None)
    fall = None if said is None else measured_fall(motion, body)
    if fall is not None and not _FREE_FALL[0] <= fall <= _FREE_FALL[1]:
        yield f'"{said}" is shown with a flight that falls at {fall:.0f} m/s2; who jumps falls at 10.'


def clip_seconds(data: Path) -> dict[str, float] | None:
    """Reads the length in seconds of every clip from the index in `data`; None when there is no index.

    Raises `UserError` when the index cannot be read.
    """
    index = data / "index.json"
    if not index.is_file():
        return None
    try:
        return {
            entry["clip"].replace("\\", "/"): float(entry["seconds"])
            for entry in parsed_json(index.read_bytes())["clips"]
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{index} cannot be read ({error}); run `python -m training prepare` again.") from None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training captions", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path("data"), help="folder of prepared motions, with its index.json"
    )
    parser.add_argument("--measured", action="store_true", help="compare the wordings with the motions; takes minutes")
    parser.add_argument("--captions", type=Path, default=FOLDER, help="folder of *.jsonl, classes.json and styles.json")
    options = parser.parse_args(arguments)

    spans = load_captions(options.captions)
    clips = clip_seconds(options.data)
    beside = load_captions() if options.captions.resolve() == MORE.resolve() else []
    lists = (_words(options.captions / f"{name}.json") for name in ("classes", "styles"))
    problems = check(spans, *lists, clips, beside)
    if options.measured:
        problems += measured_problems(spans, options.data)
    for problem in problems:
        print(problem)
    without = "" if clips is not None else f"; {options.data} has no index.json, so clips were not looked up"
    print(f"{len(spans)} captioned spans, {len(problems)} problems{without}", file=sys.stderr)
    return 1 if problems else 0


def _words(path: Path) -> list[str]:
    try:
        return parsed_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None
