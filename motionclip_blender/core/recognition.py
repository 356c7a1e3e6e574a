"""Recognises and searches motions: ranks labels and motions by similarity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from .errors import UserError
from .latents.arithmetic import normalised
from .looks import looks_of
from .pack import DEFAULT_FOLDER
from .prompt import MAX_CHARACTERS, checked_prompt
from .prompt_plan.wording_index import TEXTS

if TYPE_CHECKING:
    from .engine import Engine
    from .motion import Motion

MAX_LABELS = 1000
_SHOWN = 20  # characters of a label that a sentence repeats
_NOT_FINITE = "What is to be compared is not finite; check the motion and the model pack."

SHARPNESS = 18.0
"""Factor from cosines to shares (softmax). This value has the best likelihood on held-out clips with the default pack
1.1.0: the first label gets 78 % on average and is right in 74 % of the cases. MotionCLIP's code has 100, which would
give it 95 %."""


@dataclass(frozen=True)
class Score:
    """The similarity of something. cosine: at most 1; by a pack with class means that of `ClassMeans.similarity`.
    share: of all that was ranked, 0 to 1; the length of a bar."""

    name: str
    cosine: float
    share: float


@cache
def default_labels() -> tuple[str, ...]:
    """Returns the actions that the default pack was trained on, in alphabetical order.

    Raises `UserError` if the pack does not carry its wordings.
    """
    try:
        classes = json.loads((DEFAULT_FOLDER / TEXTS).read_bytes())["classes"]
        return tuple(name.replace("_", " ") for name in classes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError("The labels cannot be read from the default pack; install the extension again.") from error


def checked_labels(lines: Iterable[str]) -> tuple[str, ...]:
    """Returns labels without empty lines and duplicates. Raises `UserError` for none, too many or an invalid one."""
    labels = tuple(dict.fromkeys(_checked_label(line) for line in lines if line.strip()))
    if not labels:
        raise UserError("The list of labels is empty; write at least one, such as walk.")
    if len(labels) > MAX_LABELS:
        raise UserError(f"There are {len(labels):,} labels; {MAX_LABELS:,} are the most.")
    return labels


def _checked_label(line: str) -> str:
    try:
        return checked_prompt(line)
    except UserError as error:
        shown = line.strip() if len(line.strip()) <= _SHOWN else line.strip()[:_SHOWN] + "..."
        raise UserError(
            f'The label "{shown}" is of no use: it has no words, or more than {MAX_CHARACTERS} characters; correct it, '
            "or take it away."
        ) from error


class Recogniser:
    """A list of labels to compare motions with. Their embeddings are computed once.

    sharpness: factor from similarities of latents to shares.
    """

    def __init__(self, engine: Engine, labels: Sequence[str]) -> None:
        self.labels = checked_labels(labels)
        self._vectors, self._means, self._body = engine.encode_texts(self.labels), engine.class_means, engine.body
        self.sharpness = self._of_motions = SHARPNESS
        if self._means is not None:
            self._of_labels = self._means.of_labels(self.labels, self._vectors)
            self.sharpness = self._means.sharpness
            self._of_motions = self._means.looks_sharpness if self._means.knows_looks else self.sharpness

    def cosines(self, latents: np.ndarray, motions: Sequence[Motion] | None = None) -> np.ndarray:
        """Returns the similarity of latents (n, D) to all labels, (n, labels). Raises `UserError` for infinite ones.

        It is the cosine to a label's text, or, if the pack has class means, that of `ClassMeans.similarity`.

        motions: what the latents were encoded from, n of any length and rate. Where the pack knows what motions of its
        classes look like, they are compared by that, too, which is far surer.
        """
        if not (np.isfinite(latents).all() and np.isfinite(self._vectors).all()):
            raise UserError(_NOT_FINITE)
        if self._means is None:
            return normalised(latents) @ normalised(self._vectors).T
        if motions is None or not self._means.knows_looks:
            return self._means.similarity(latents, self._of_labels)
        looks = np.stack([looks_of(motion, self._body) for motion in motions])
        return self._means.similarity(latents, self._of_labels, looks)

    def scores(self, latent: np.ndarray, motion: Motion | None = None) -> list[Score]:
        """Ranks all labels by similarity to a motion's latent (D,), the nearest first. motion: as of `cosines`."""
        motions = None if motion is None else [motion]
        return self.ranked(self.cosines(latent[None], motions)[0], motions is not None)

    def ranked(self, cosines: np.ndarray, of_motion: bool = False) -> list[Score]:
        """Ranks all labels by their similarities (labels,), the largest first. of_motion: whether they are those of a
        motion and its latent."""
        return _scores(self.labels, cosines, self._of_motions if of_motion else self.sharpness)


def search(engine: Engine, text: str, latents: Mapping[str, np.ndarray]) -> list[Score]:
    """Ranks all named latents by similarity to a text, the nearest first. Raises `UserError` for an invalid prompt."""
    if not latents:
        return []
    wanted = engine.encode_text(text)
    return ranked(tuple(latents), np.stack([engine.checked_latent(latent) for latent in latents.values()]), wanted)


def ranked(names: Sequence[str], vectors: np.ndarray, wanted: np.ndarray) -> list[Score]:
    """Ranks names by the cosine of their vectors (n, D) to `wanted` (D,), the nearest first.

    Raises `UserError` for vectors that are not finite.
    """
    if not (np.isfinite(vectors).all() and np.isfinite(wanted).all()):
        raise UserError(_NOT_FINITE)
    return _scores(names, normalised(vectors) @ normalised(wanted), SHARPNESS)


def _scores(names: Sequence[str], cosines: np.ndarray, sharpness: float) -> list[Score]:
    shares = np.exp(sharpness * (cosines - cosines.max()))
    shares /= shares.sum()
    order = np.argsort(-cosines, kind="stable")
    return [Score(names[i], float(cosines[i]), float(shares[i])) for i in order]
