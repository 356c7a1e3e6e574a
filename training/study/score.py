"""Makes the table of a study from the files of answers that the page saved."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from motionclip_blender.core.clip_files.text import read_text
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.json_text import parsed_json

from .lists import LISTS
from .pairs import Pair, Study

CHOICES = ("left", "same", "right")
FEWEST_PEOPLE = 5
"""With fewer people no interval over people is given."""

_COLUMNS = ["study", "participant", "pair", "choice"]
_CONFIDENCE = 0.95
_RESAMPLES = 9999
_MAKE_ANEW = "save the answers again on the page"

Answers = dict[str, dict[str, str]]
"""The choices of each participant: pair -> one of `CHOICES`."""


@dataclass(frozen=True)
class Row:
    """How often the films of source "a" were preferred.

    people, pairs: who answered and what. first, second: choices for "a" and for "b". same: no difference.
    preferred: percent of first among first and second; None without any. choices: 95 % interval in percent by Wilson,
    which takes all choices as independent. over_people: the same by resampling people; None for under `FEWEST_PEOPLE`.
    """

    name: str
    people: int
    pairs: int
    first: int
    second: int
    same: int
    preferred: float | None
    choices: tuple[float, float] | None
    over_people: tuple[float, float] | None


def read_answers(paths: Sequence[Path], study: Study) -> Answers:
    """Reads files of answers, JSON or CSV. A person may be in several, if they say the same.

    Raises `UserError` for a file that is none, is of another study, contradicts another one, or holds no answer.
    """
    known = {pair.pair for pair in study.pairs}
    answers: Answers = {}
    for path in paths:
        rows = _rows(path)
        if not rows:
            raise UserError(f"{path} holds no answers; {_MAKE_ANEW} when some are given.")
        for name, participant, pair, choice in rows:
            if name != study.study:
                raise UserError(f"{path} is of another study ({name}, not {study.study}); leave it out.")
            if pair not in known or choice not in CHOICES or not participant:
                raise UserError(f"{path} has an answer that the study does not know ({pair}: {choice}); {_MAKE_ANEW}.")
            before = answers.setdefault(participant, {}).setdefault(pair, choice)
            if before != choice:
                raise UserError(
                    f"{path} contradicts another file about {pair} of participant {participant}; keep the newer one."
                )
    return answers


def score(study: Study, answers: Answers) -> list[Row]:
    """Returns the rows of the table: of each list and each of its labels, and of all when there are several lists."""
    lists = [*(name for name in LISTS), *sorted({pair.list for pair in study.pairs} - set(LISTS))]
    rows = []
    shown = [name for name in lists if any(pair.list == name for pair in study.pairs)]
    for name in shown:
        of_list = [pair for pair in study.pairs if pair.list == name]
        rows.append(_row(name, of_list, answers))
        labels = sorted({pair.label for pair in of_list})
        # labels with one pair each, as those in-domain, would make a table of single pairs
        if len(labels) > 1 and (name == "styles" or len(labels) < len(of_list)):
            rows += [_row(f"{name}: {label}", [p for p in of_list if p.label == label], answers) for label in labels]
    if len(shown) > 1:
        rows.append(_row("all", study.pairs, answers))
    return rows


def table(study: Study, rows: Sequence[Row]) -> str:
    """Returns the rows as a Markdown table, with what is compared above it."""
    lines = [
        f"Preferred: {study.sources['a']}, to {study.sources['b']}.",
        "",
        "| | people | pairs | choices | preferred, % | 95 %, of choices | 95 %, over people | no difference, % |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        total = row.first + row.second + row.same
        cells = (
            row.name, row.people, row.pairs, total, _number(row.preferred), _interval(row.choices),
            _interval(row.over_people), _number(100 * row.same / total if total else None),
        )  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def as_json(study: Study, rows: Sequence[Row]) -> dict[str, Any]:
    """Returns the table as JSON values."""
    return {"study": study.study, "sources": study.sources, "rows": [asdict(row) for row in rows]}


def _row(name: str, pairs: Sequence[Pair], answers: Answers) -> Row:
    left = {pair.pair: pair.left for pair in pairs}
    counts = []  # of each person: choices for a, for b, no difference
    seen: set[str] = set()
    for of_person in answers.values():
        given = {pair: choice for pair, choice in of_person.items() if pair in left}
        seen |= set(given)
        firsts = sum(choice == ("left" if left[pair] == "a" else "right") for pair, choice in given.items())
        same = sum(choice == "same" for choice in given.values())
        if given:
            counts.append((firsts, len(given) - firsts - same, same))
    by_person = np.array(counts, int).reshape(-1, 3)
    first, second, same = (int(count) for count in by_person.sum(axis=0))
    preferred = interval = None
    if first + second:
        preferred = 100 * first / (first + second)
        found = stats.binomtest(first, first + second).proportion_ci(_CONFIDENCE, "wilson")
        interval = (100 * float(found.low), 100 * float(found.high))
    return Row(name, len(counts), len(seen), first, second, same, preferred, interval, _over_people(by_person[:, :2]))


def _over_people(decided: np.ndarray) -> tuple[float, float] | None:
    """Returns the interval of the share of the first column, by resampling rows.

    A person's choices are not independent of each other.
    """
    decided = decided[decided.sum(axis=1) > 0]
    if len(decided) < FEWEST_PEOPLE:
        return None

    def share(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
        return 100 * first.sum(axis=axis) / (first + second).sum(axis=axis)

    found = stats.bootstrap(
        tuple(decided.T), share, paired=True, vectorized=True, n_resamples=_RESAMPLES, method="percentile",
        confidence_level=_CONFIDENCE, rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def _rows(path: Path) -> list[tuple[str, str, str, str]]:
    """Returns study, participant, pair and choice of every answer in a file."""
    text = read_text(path)
    rows = _json_rows(path, text) if text.lstrip("\ufeff \n\t").startswith("{") else _csv_rows(path, text)
    return rows


def _json_rows(path: Path, text: str) -> list[tuple[str, str, str, str]]:
    try:
        told = parsed_json(text.lstrip("\ufeff"))
        if told["format"] != "motionclip-answers":
            raise ValueError("another format")
        study, participant, choices = told["study"], told["participant"], told["choices"].items()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is no file of answers, or is cut off; {_MAKE_ANEW}.") from error
    return [(str(study), str(participant), str(pair), str(choice)) for pair, choice in choices]


def _csv_rows(path: Path, text: str) -> list[tuple[str, str, str, str]]:
    head = text.split("\n", 1)[0]
    try:
        reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
        rows = [[cell.strip() for cell in row] for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise UserError(f"{path} is no file of answers, or is cut off; {_MAKE_ANEW}.") from error
    if not rows or [cell.lower() for cell in rows[0]] != _COLUMNS:
        raise UserError(f"{path} is no file of answers; its columns must be {', '.join(_COLUMNS)}.")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(_COLUMNS):
            raise UserError(f"{path}, row {number}: {len(row)} cells instead of {len(_COLUMNS)}; {_MAKE_ANEW}.")
    return [(row[0], row[1], row[2], row[3]) for row in rows[1:]]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _interval(value: tuple[float, float] | None) -> str:
    return "-" if value is None else f"{value[0]:.1f} to {value[1]:.1f}"
