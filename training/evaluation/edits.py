"""Measures the paper's edits: whether the motion of A - B + C shows both A and C: `python -m training edits`.

A, B and C are the classes that their own motions are recognised as. The motion of the edit is encoded again, and the
names of all classes are ranked by their cosine to it: 1 is the nearest. "before" is C's rank for the motion of A. Where
C is of the class of B ("walk old" - "walk"), the edit adds a style alone, and only A's class is expected.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.sources import latent_of

from ..data.captions import class_text
from .recognition import class_names
from .showcase import sums

_FRAMES = 60
_NEAREST = 5


@dataclass(frozen=True)
class Edit:
    """The ranks, 1 the nearest, of the classes `kept` (that of A) and `added` (of C) for the motion of an edit.

    added: empty where C adds a style alone. before: rank of `added` for the motion of A alone.
    """

    text: str
    kept: str
    kept_rank: int
    added: str = ""
    added_rank: int = 0
    before: int = 0

    @property
    def shows_all(self) -> bool:
        """Whether all that is expected is among the nearest classes."""
        return max(self.kept_rank, self.added_rank) <= _NEAREST


def measured(engine: Engine) -> list[Edit]:
    """Returns the paper's edits, each an expression of three prompts."""
    classes = class_names()
    names = normalised(engine.encode_texts([class_text(name) for name in classes]))
    found = []
    for label, text in sums()["edits"]["rows"].items():
        terms = parse(text)
        latents = [*(latent_of(engine, [replace(term, weight=1.0)]) for term in terms), latent_of(engine, terms)]
        first, second, third, edit = (names @ engine.encode(motion) for motion in motions_of(engine, latents, _FRAMES))
        kept, removed, added = (int(cosines.argmax()) for cosines in (first, second, third))
        if added == removed:
            found.append(Edit(label, classes[kept], _rank(edit, kept)))
        else:
            ranks = _rank(edit, added), _rank(first, added)
            found.append(Edit(label, classes[kept], _rank(edit, kept), classes[added], *ranks))
    return found


def _rank(cosines: np.ndarray, of: int) -> int:
    return int(1 + (cosines > cosines[of]).sum())


def table(found: list[Edit]) -> str:
    """Returns the Markdown table."""
    lines = ["| edit | class of the first | its rank | added | its rank | before |", "|---|---|---:|---|---:|---:|"]
    for edit in found:
        added = f"{class_text(edit.added)} | {edit.added_rank} | {edit.before}" if edit.added else "a style | - | -"
        lines.append(f"| {edit.text} | {class_text(edit.kept)} | {edit.kept_rank} | {added} |")
    shown = sum(edit.shows_all for edit in found)
    return "\n".join((*lines, "", f"{shown} of {len(found)} show all that is expected among the nearest {_NEAREST}."))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training edits", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    print(table(measured(Engine(parser.parse_args(arguments).pack))))
    return 0
