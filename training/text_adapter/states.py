"""Computes the text tower's last states of many texts, which the adapter reads, and keeps them for the next time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from motionclip_blender.core.files import write_whole
from motionclip_blender.core.inference.text_tower import WIDTH
from motionclip_blender.core.model.text_tower import TextTower

from ..text_tower import minilm

_BATCH = 64


@dataclass(frozen=True)
class States:
    """The states of n texts' tokens, one after the other. flat: (N, `WIDTH`) float16. ends: (n,) where a text ends."""

    flat: Tensor
    ends: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """Returns the mean of each text's tokens, the tower's own embedding, (n, `WIDTH`) float32."""
        starts = np.concatenate(([0], self.ends[:-1]))
        sums = np.add.reduceat(self.flat.float().numpy(), starts, axis=0)
        return sums / (self.ends - starts).astype(np.float32)[:, None]

    def of(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Returns the states (n, T, `WIDTH`) float32 of texts, and (n, T) which are no padding."""
        ends = self.ends[rows]
        starts = np.where(rows > 0, self.ends[rows - 1], 0)
        lengths = ends - starts
        steps = np.arange(lengths.max())
        there = torch.from_numpy(steps < lengths[:, None])
        places = torch.from_numpy(np.minimum(starts[:, None] + steps, len(self.flat) - 1))
        return self.flat[places].float() * there[..., None], there


def states_of(texts: Sequence[str], cache: Path | None = None) -> States:
    """Returns the states of texts. cache: a file that keeps them by text; only those it lacks are computed."""
    kept = _read(cache) if cache else {}
    new = sorted({text for text in texts if text not in kept}, key=len)
    if new:
        kept |= dict(zip(new, _computed(new), strict=True))
        if cache:
            _write(cache, kept)
    parts = [kept[text] for text in texts]
    return States(torch.from_numpy(np.concatenate(parts)), np.cumsum([len(part) for part in parts]))


@torch.inference_mode()
def _computed(texts: Sequence[str]) -> list[np.ndarray]:
    from tqdm import tqdm

    tower, out = TextTower(minilm.SPEC, minilm.text_projection()), []
    for start in tqdm(range(0, len(texts), _BATCH), desc="Reading texts", disable=None):
        states, there = tower.states(tower.tokens(texts[start : start + _BATCH]))
        lengths = there.sum(dim=1).tolist()
        out += [each[:length].numpy().astype(np.float16) for each, length in zip(states, lengths, strict=True)]
    return out


def _read(path: Path) -> dict[str, np.ndarray]:
    """Returns what a cache holds of this tower; nothing of another tower's, or of a damaged one."""
    try:
        with np.load(path, allow_pickle=False) as data:
            if str(data["tower"]) != minilm.SPEC.sha256:
                return {}
            texts, flat, ends = data["texts"].tobytes().decode().split("\n"), data["flat"], data["ends"]
            if hashlib.sha256(flat.tobytes()).hexdigest() != str(data["digest"]) or flat.shape[1:] != (WIDTH,):
                return {}
    except Exception:  # it is computed again
        return {}
    return dict(zip(texts, np.split(flat, ends[:-1]), strict=True)) if len(texts) == len(ends) else {}


def _write(path: Path, kept: dict[str, np.ndarray]) -> None:
    flat = np.concatenate([*kept.values()])
    with write_whole(path) as handle:
        np.savez(
            handle,
            tower=np.array(minilm.SPEC.sha256),
            digest=np.array(hashlib.sha256(flat.tobytes()).hexdigest()),
            texts=np.frombuffer("\n".join(kept).encode(), np.uint8),
            flat=flat,
            ends=np.cumsum([len(part) for part in kept.values()]),
        )
