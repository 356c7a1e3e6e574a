"""Cuts crops with their texts from AMASS's windows, at random or in a seeded order that can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from motionclip_blender.core.errors import UserError

from ..data.amass.shards import Shards
from ..data.amass.tensors import pose_tensors
from ..data.amass.windows import categories_of, legacy_categories_of, legacy_text_of, text_of
from ..data.captions import class_text
from .body_loss import SHAPES
from .config import TrainConfig

Embed = Callable[[Sequence[str]], np.ndarray]
"""Texts to their embeddings (n, 512), float32."""


@dataclass(frozen=True)
class Crop:
    """Frames `start` to `stop` of a window, with its text and the numbers of the classes that it shows."""

    window: int
    start: int
    stop: int
    text: str
    classes: tuple[int, ...]


class Texts:
    """Embeds texts, each once."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._known: dict[str, np.ndarray] = {}

    def of(self, texts: Sequence[str]) -> np.ndarray:
        """Returns embeddings (n, 512), float32."""
        new = sorted(set(texts) - self._known.keys())
        if new:
            self._known |= zip(new, np.asarray(self._embed(new), np.float32), strict=True)
        return np.stack([self._known[text] for text in texts])


class Crops:
    """Cuts crops from the windows of one part of a split."""

    def __init__(self, shards: Shards, config: TrainConfig, part: str = "train") -> None:
        """Raises `UserError` for shards that were not prepared as the configuration needs them."""
        if not config.of_shards:
            raise UserError(f'Of shards the split is "amass" or "babel", not {config.split!r}; say so in the config.')
        if config.legacy != shards.legacy:
            way = "with" if config.legacy else "without"
            raise UserError(f"The configuration needs shards that were prepared {way} --legacy; prepare them again.")
        self.shards, self.config = shards, config
        self.number = {name: i for i, name in enumerate(shards.classes)}
        self.chosen = shards.chosen(config.split, part)
        self._lengths = np.array([len(shards.windows[i]) for i in self.chosen])
        if config.texts == "categories":
            keep = np.array([bool(self._classes(i, 0, len(shards.windows[i]))) for i in self.chosen])
            self.chosen, self._lengths = self.chosen[keep], self._lengths[keep]
        self._longest = int(self._lengths.max(initial=0))
        if self._longest < config.frames[1]:
            raise UserError(
                f"No window of {shards.folder} can be used that has {config.frames[1]} frames, the longest has "
                f"{self._longest}; lower frames in the config."
            )

    def __len__(self) -> int:
        return len(self.chosen)

    def of_epoch(self, step: int, frames: int) -> np.ndarray:
        """Returns the windows of a step; every epoch has each window once, in its own order."""
        fit = self.chosen[self._lengths >= frames]
        steps = self.steps_of_epoch(frames)
        order = np.random.default_rng((self.config.seed, step // steps)).permutation(len(fit))
        start = step % steps * self.config.motions
        return fit[order[start : start + self.config.motions]]

    def steps_of_epoch(self, frames: int) -> int:
        return -(-int((self._lengths >= frames).sum()) // self.config.motions)

    def drawn(self, count: int, frames: int, random: np.random.Generator) -> np.ndarray:
        """Draws windows at random, independently of their length."""
        return random.choice(self.chosen[self._lengths >= frames], count)

    def crop(self, window: int, frames: int, random: np.random.Generator) -> Crop | None:
        """Cuts a random crop; returns None where texts are categories and the crop shows none."""
        spare = len(self.shards.windows[window]) - frames
        # the released code never takes the last place
        start = int(random.integers(0, max(spare - self.shards.legacy, 0) + 1))
        return self.at(window, start, start + frames, random)

    def at(self, window: int, start: int, stop: int, random: np.random.Generator) -> Crop | None:
        """Cuts given frames of a window; returns None as `crop` does."""
        classes = self._classes(window, start, stop)
        if self.config.texts == "categories":
            if not classes:
                return None
            text = class_text(self.shards.classes[classes[random.integers(len(classes))]])
        else:
            tell = legacy_text_of if self.shards.legacy else text_of
            text = tell(self.shards.windows[window].spans, start, stop, self.config.texts)
        return Crop(window, start, stop, text, tuple(classes))

    def _classes(self, window: int, start: int, stop: int) -> list[int]:
        """Returns the numbers of the classes that show, as often as labels name them."""
        found = self.shards.windows[window]
        if self.shards.legacy:
            names = legacy_categories_of(found.drifted, start, stop)
        else:
            names = categories_of(found.spans, start, stop)
        return [self.number[name] for name in names if name in self.number]

    def poses(self, crops: Sequence[Crop]) -> np.ndarray:
        """Returns the pose tensors (n, frames, rows, 6) of crops of one length."""
        read = [self.shards.read(crop.window, crop.start, crop.stop) for crop in crops]
        turns, trans = (np.stack(parts) for parts in zip(*read, strict=True))
        ups = [self.shards.origins[crop.window].up for crop in crops]
        return pose_tensors(turns, trans, ups, self.config.pose_format)

    def betas(self, crops: Sequence[Crop]) -> np.ndarray:
        """Returns the bodies' betas (n, 10); zeros for SMPL+H bodies, whose shape space is another one."""
        origins = [self.shards.origins[crop.window] for crop in crops]
        return np.array([o.betas[:SHAPES] if o.model == "smplx" else (0.0,) * SHAPES for o in origins], np.float32)
