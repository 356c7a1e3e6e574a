"""Collects what was done and how long it took, for printing."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from ..core.prompt_plan.told import Step, lines
from .terminal import CtrlC


def told_steps(steps: Sequence[Step]) -> dict[str, object]:
    """Returns what the JSON object says of a prompt whose steps were read; nothing of any other."""
    return {"understood": lines(steps), "steps": [step.values() for step in steps]} if steps else {}


@dataclass
class Report:
    """The values to print, by name (`told`), and the seconds of each stage (`seconds`)."""

    ctrl_c: CtrlC
    told: dict[str, object]
    seconds: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Adds to the time of a stage, and checks for Ctrl-C before and after it."""
        self.ctrl_c.check()
        start = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 4)
        self.ctrl_c.check()

    def note(self, sentences: Iterable[str], stderr: TextIO) -> None:
        """Tells what the user should know: at once, and in the JSON object."""
        for sentence in sentences:
            self.notes.append(sentence)
            print(sentence, file=stderr)
        if self.notes:
            self.told["notes"] = self.notes

    def understood(self, steps: Sequence[Step], stderr: TextIO) -> None:
        """Tells what was understood of a prompt whose steps were read, and what else each step may be: at once, and in
        the JSON object."""
        self.told |= told_steps(steps)
        for number, step in enumerate(steps, 1):
            first, *read = lines([step], number)
            others = ", ".join(f'"{wording}"' for wording in step.others)
            print(first, file=stderr)
            frames = f"frames {step.first + 1} to {step.last + 1}"
            for line in (*read, f"{frames}; or it may be {others}" if others else frames):
                print(f"   {line}", file=stderr)

    @property
    def in_all(self) -> dict[str, float]:
        """The seconds of all stages, and their sum."""
        return self.seconds | {"total": round(sum(self.seconds.values()), 4)}

    def as_json(self) -> str:
        """Returns the report as one JSON object."""
        return json.dumps(self.told | {"seconds": self.in_all}, ensure_ascii=False)

    def as_text(self) -> str:
        """Returns the times as one line of text."""
        return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in self.in_all.items())
