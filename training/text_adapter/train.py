"""Trains the text adapter on the wordings of clips: `python -m training text-adapter --out FILE`.

It comes before everything that is aligned to texts, and stays as it is from then on: give the file to `train` and to
`images train` by --text-adapter. Beside FILE what the text tower found in the wordings is kept, for the next time.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from motionclip_blender.core.clip_kinds import AdapterSize
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.model.text_adapter import TextAdapter

from ..data.captions import FOLDER, MORE, CaptionedSpan
from ..data.own_captions import captions_in
from ..data.splits import HELD_OUT, clips_of, is_test, sources_of
from ..settings_file import settings_of
from . import losses
from .file import AdapterFile
from .states import States, states_of
from .texts import NONE, Texts, collected
from .validate import validated

_LOG_EVERY = 50


@dataclass(frozen=True)
class Settings:
    """The settings of a training, chosen with takes left out.

    classes, texts: of a step, and the texts that are drawn of each of these classes. temperature: of all cosines.
    smoothing: share of the losses that is spread over all answers. balance: exponent of a class's number of texts in
    the chance that it is drawn. tokens: share of a text's tokens that are left out. dropout: see `TextAdapter`. names,
    spans, length: weights of the losses beside that of classes. noise: share of the wordings that come as others would
    type them, too.
    """

    steps: int = 600
    classes: int = 64
    texts: int = 4
    temperature: float = 0.1
    smoothing: float = 0.1
    balance: float = 0.5
    tokens: float = 0.1
    dropout: float = 0.2
    names: float = 1.0
    spans: float = 0.1
    length: float = 0.5
    noise: float = 0.0
    heads: int = 8
    head_width: int = 48
    hidden: int = 384
    learning_rate: float = 1e-3
    warmup: int = 50
    weight_decay: float = 0.05
    seed: int = 0


class Draw:
    """Draws the texts of a step: some of each drawn class, in pairs of one motion, with their opposites."""

    def __init__(self, texts: Texts, rows: np.ndarray, settings: Settings) -> None:
        """rows: those that are trained on."""
        self._texts, self._settings = texts, settings
        own = rows[texts.origin[rows] == NONE]
        self._classes = [own[texts.actions[own] == action] for action in range(len(texts.names))]
        self._there = [action for action, of in enumerate(self._classes) if len(of)]
        chances = np.array([len(self._classes[action]) for action in self._there]) ** settings.balance
        self._chances = chances / chances.sum()
        self._spans: dict[int, list[int]] = {}
        for row in own:
            self._spans.setdefault(int(texts.spans[row]), []).append(int(row))
        self._opposites: dict[int, int] = {
            int(texts.origin[row]): int(row) for row in rows if texts.origin[row] != NONE
        }

    def rows(self, random: np.random.Generator) -> np.ndarray:
        """Returns the rows of a step, without those of the classes' names."""
        drawn: dict[int, None] = {}
        for action in random.choice(self._there, self._settings.classes, p=self._chances):
            of = self._classes[action]
            for row in random.choice(of, min(self._settings.texts // 2, len(of)), replace=False):
                beside = self._spans[int(self._texts.spans[row])]
                drawn |= {int(row): None, beside[random.integers(len(beside))]: None}
        drawn |= {self._opposites[row]: None for row in [*drawn] if row in self._opposites}
        return np.array([*drawn])


def trained(texts: Texts, states: States, rows: np.ndarray, settings: Settings, log: bool = False) -> TextAdapter:
    """Trains an adapter on rows of texts, whose tower's states are given. Raises `UserError` for a loss that is not
    finite."""
    torch.manual_seed(settings.seed)
    random = np.random.default_rng(settings.seed)
    adapter = TextAdapter(AdapterSize(settings.heads, settings.head_width, settings.hidden), settings.dropout)
    centre = torch.from_numpy(states.means[rows].mean(axis=0)).float()
    draw = Draw(texts, rows, settings)
    numbers = {text: i for i, text in enumerate(dict.fromkeys(texts.texts))}
    of_text = np.array([numbers[text] for text in texts.texts])
    optimiser = torch.optim.AdamW(adapter.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / settings.warmup, 0.5 * (1 + np.cos(np.pi * step / settings.steps)))
    )
    started = time.monotonic()
    for step in range(settings.steps):
        drawn = draw.rows(random)
        chosen = np.concatenate((drawn, texts.named))
        tokens, there = states.of(chosen)
        read = _fewer(there, settings.tokens)
        means = (tokens * read[..., None]).sum(dim=1) / read.sum(dim=1, keepdim=True)
        added = adapter(tokens, read, means)
        directions = F.normalize(means + added - centre, dim=1)
        cosines = directions @ directions.T / settings.temperature
        actions, spans = torch.from_numpy(texts.actions[chosen]), torch.from_numpy(texts.spans[chosen])
        origin = torch.from_numpy(texts.origin[chosen] != NONE)
        alike = torch.from_numpy(of_text[chosen][:, None] == of_text[chosen])
        own = ~origin[: len(drawn)]
        terms = {
            "classes": losses.of_classes(cosines, actions, origin, alike, settings.smoothing),
            "names": settings.names
            * losses.of_names(cosines[: len(drawn), len(drawn) :][own], actions[: len(drawn)][own], settings.smoothing),
            "spans": settings.spans * losses.of_spans(cosines, actions, spans, origin),
            "length": settings.length * losses.of_length(added, means, centre),
        }
        loss = torch.stack([*terms.values()]).sum()
        if not torch.isfinite(loss):
            raise UserError(f"The loss is not finite at step {step}; lower the learning rate.")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(adapter.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if log and (step % _LOG_EVERY == 0 or step + 1 == settings.steps):
            said = {"step": step, "seconds": round(time.monotonic() - started)}
            print(json.dumps(said | {name: round(float(term.detach()), 3) for name, term in terms.items()}), flush=True)
    return adapter.eval().requires_grad_(False)


def _fewer(there: torch.Tensor, share: float) -> torch.Tensor:
    """Leaves out a share of the tokens (n, T), never the first, which begins every text."""
    kept = there & (torch.rand(there.shape) >= share)
    kept[:, 0] = there[:, 0]
    return kept


def spans_of(folders: Sequence[Path], split: str | None) -> list[CaptionedSpan]:
    """Returns the captioned spans of folders, without those of clips that a split holds out."""
    spans = captions_in(folders)
    if split is None:
        return spans
    sources = sources_of(spans)
    return [span for span in spans if not any(is_test(clip, split, sources) for clip in clips_of(span))]


def settings_in(path: Path | None) -> Settings:
    """Reads settings, a JSON object with any of their fields. Raises `UserError` for another file."""
    try:
        return settings_of(Settings, parsed_json(path.read_bytes()) if path else {})
    except (OSError, ValueError) as error:
        raise UserError(f"{path} holds no settings of a text adapter ({error}).") from error


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training text-adapter",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument(
        "--captions", type=Path, nargs="+", default=[FOLDER, MORE], help="folders of captions; by default all that ship"
    )
    parser.add_argument("--split", default=HELD_OUT, help='as in `train`; "none" learns from all clips')
    parser.add_argument("--config", type=Path, help="JSON file with settings, for those that differ from the default")
    parser.add_argument(
        "--validate", type=int, default=0, metavar="N", help="measure it with a fifth of the takes left out, N times"
    )
    options = parser.parse_args(arguments)
    settings = settings_in(options.config)
    texts = collected(
        spans_of(options.captions, None if options.split == "none" else options.split), noise=settings.noise
    )
    states = states_of(texts.texts, options.out.with_suffix(".states.npz"))
    print(f"{len(texts.texts):,} texts of {len(texts.names)} classes", flush=True)
    for part in range(options.validate):
        figures = validated(texts, states, part, lambda rows: trained(texts, states, rows, settings))
        print(json.dumps({"part": part} | figures), flush=True)
    adapter = trained(texts, states, np.arange(len(texts.texts)), settings, log=True)
    made = AdapterFile(adapter.arrays())
    made.save(options.out)
    described = {"texts": len(texts.texts), "classes": len(texts.names), "split": options.split, **asdict(settings)}
    write_json(options.out.with_suffix(".json"), described)
    print(f"{options.out} ({options.out.stat().st_size / 1e6:.2f} MB), {made.digest[:8]}")
    return 0
