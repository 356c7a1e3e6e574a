"""Proposes what is held out for testing, or shows all splits: `python -m training splits`."""

from __future__ import annotations

import argparse
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path

from motionclip_blender.core.files import write_json

from .captions import MORE, CaptionedSpan, load_captions
from .split_table import lines_of, seconds_of_clips, table
from .splits import CHOSEN, HELD_OUT, PEOPLE, SPLITS, clips_of, data, person_of, take_of

_SHARE = 0.15  # share of a class's takes or people that is held out, and at least one
_MOST_OF_ONE = 0.12  # share of all spans that a group of people may have to be held out


def propose(spans: Sequence[CaptionedSpan]) -> list[str]:
    """Returns takes to hold out: at least one of every class that has more than one, about `_SHARE` of each class.

    The remaining takes show every class, and every trained class by an exemplar, because prompts are trained on those.
    Clips that lend limbs to others are not held out.
    """
    return sorted(_chosen(spans, take_of))


def propose_people(spans: Sequence[CaptionedSpan]) -> list[str]:
    """Returns people to hold out, so that the others show every class, with all who share a take with them.

    A group that performs much of all there is (`_MOST_OF_ONE`) stays. A class may lose its exemplars: `wordings` makes
    another one. People of `only_tested` in `splits.json` are held out in any case.
    """
    only_tested = set(data()["only_tested"])
    spans = [span for span in spans if only_tested.isdisjoint(map(person_of, clips_of(span)))]
    group = groups(spans)
    sizes = Counter(group[person_of(span.clip)] for span in spans)
    large = {name for name, count in sizes.items() if count > _MOST_OF_ONE * len(spans)}
    held = set(_chosen(spans, lambda clip: group[person_of(clip)], large, keep_exemplars=False))
    return sorted({person for person, of in group.items() if of in held} | only_tested)


def groups(spans: Sequence[CaptionedSpan]) -> dict[str, str]:
    """Returns a name of the group of every person: people who share a take, directly or by others, are in one."""
    first: dict[str, str] = {}  # of each person, another of the group; the group's own name leads to itself

    def root(person: str) -> str:
        while first.setdefault(person, person) != person:
            person = first[person]
        return person

    seen: dict[str, str] = {}
    for clip in (clip for span in spans for clip in clips_of(span)):
        one, other = root(person_of(clip)), root(seen.setdefault(take_of(clip), person_of(clip)))
        first[max(one, other)] = min(one, other)
    return {person: root(person) for person in list(first)}


def _chosen(
    spans: Sequence[CaptionedSpan],
    unit_of: Callable[[str], str],
    stay: Set[str] = frozenset(),
    keep_exemplars: bool = True,
) -> list[str]:
    """Returns the units to hold out, of those that do not `stay`.

    unit_of: of a clip. keep_exemplars: whether every class with an exemplar keeps one.
    """
    classes: dict[str, set[str]] = {}
    for span in spans:
        if not span.limbs:
            classes.setdefault(unit_of(span.clip), set()).add(span.action)
    lent = {unit_of(clip) for span in spans for clip in clips_of(span) if span.limbs} | stay
    exemplars = {unit_of(span.clip) for span in spans if span.exemplar and not span.limbs}
    left = Counter(action for actions in classes.values() for action in actions)
    total = Counter(left)
    held: list[str] = []
    missing = Counter({action: max(1, round(_SHARE * count)) for action, count in total.items() if count > 1})
    # the rarest classes choose first, preferring units that are no exemplars
    for action in sorted(missing, key=lambda a: (total[a], a)):
        candidates = sorted(
            (t for t, actions in classes.items() if action in actions and t not in lent and t not in held),
            key=lambda t: (t in exemplars, len(classes[t]), zlib.crc32(t.encode())),
        )
        for candidate in candidates:
            if missing[action] <= 0:
                break
            others_stay = all(left[a] > 1 for a in classes[candidate])
            if others_stay and (not keep_exemplars or _keeps_exemplars(candidate, spans, held, unit_of)):
                held.append(candidate)
                for a in classes[candidate]:
                    left[a] -= 1
                    missing[a] -= 1
    return held


def _keeps_exemplars(
    candidate: str, spans: Sequence[CaptionedSpan], held: Sequence[str], unit_of: Callable[[str], str]
) -> bool:
    """Returns whether every class with an exemplar still has one without the candidate."""
    gone = {*held, candidate}
    before = {span.action for span in spans if span.exemplar}
    return before == {span.action for span in spans if span.exemplar and unit_of(span.clip) not in gone}


def _proposals() -> Mapping[str, Callable[[], list[str]]]:
    return {
        HELD_OUT: lambda: propose(load_captions()),
        PEOPLE: lambda: propose_people([*load_captions(), *load_captions(MORE)]),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training splits", description=__doc__)
    parser.add_argument("--split", choices=list(CHOSEN), default=PEOPLE, help="which choice to make anew")
    parser.add_argument("--write", action="store_true", help=f"write it to {SPLITS.name}; else only print it")
    parser.add_argument("--table", action="store_true", help="instead, show all splits as they are")
    parser.add_argument("--data", type=Path, help="folder that `prepare` made: the lengths of clips, for the table")
    options = parser.parse_args(arguments)
    if options.table:
        lengths = seconds_of_clips(options.data) if options.data else {}
        print("\n".join(lines_of(table([*load_captions(), *load_captions(MORE)], lengths))))
        return 0
    held = _proposals()[options.split]()
    print(f"{len(held)} {'people' if options.split == PEOPLE else 'takes'} held out", file=sys.stderr)
    if options.write:
        write_json(SPLITS, data() | {CHOSEN[options.split]: held})
    else:
        print("\n".join(held))
    return 0
