"""What a training run is made of; saved beside it as `config.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import BODY_JOINTS

from .losses import LossWeights


@dataclass(frozen=True)
class TrainConfig:
    """A run of `python -m training train`.

    batch, prompts: windows of 60 frames per step for the encoder, and exemplars for the decoder; of longer windows
        there are fewer, of shorter ones more, so that all steps cost the same.
    frames: shortest and longest window.
    noise: largest norm of the noise added to a caption's embedding, as a share of its own norm. Wordings that
        nobody wrote down lie around those that somebody did; the noise makes the decoder answer there too.
    encoder_from: the step at which the decoder is done, having learned from captions alone, and the encoder begins.
        Trained together, the encoder's first, shapeless latents took a tenth of the movement out of the decoder.
    split: leave out what this split holds out for testing ("held-out", or "unseen:" and a source; see
        `splits.is_test`); None trains on everything.
    augment: whether to train on slower and faster motions and on arms of one with legs of another as well.
    mix: share of the prompts that are drawn between two wordings of the same exemplar.
    """

    seed: int = 0
    steps: int = 16_000
    batch: int = 16
    prompts: int = 12
    frames: tuple[int, int] = (20, 120)
    joints: tuple[str, ...] = BODY_JOINTS
    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    position_base: float = 150.0
    pre_norm: bool = True
    whitens: bool = True
    memory_tokens: int = 40
    memory_width: int = 32
    learning_rate: float = 1.5e-3
    warmup: int = 300
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema: float = 0.999
    noise: float = 0.5
    mix: float = 0.5
    split: str | None = None
    augment: bool = True
    encoder_from: int = 13_600
    loss: LossWeights = field(default_factory=LossWeights)
    half_precision: bool = True
    save_every: int = 500

    def network(self) -> dict:
        """The `network` entry of a pack."""
        return {
            "width": self.width,
            "layers": self.layers,
            "heads": self.heads,
            "feed_forward": self.feed_forward,
            "dropout": self.dropout,
            "position_base": self.position_base,
            "pre_norm": self.pre_norm,
            "whitens": self.whitens,
            "memory_tokens": self.memory_tokens,
            "memory_width": self.memory_width,
            "integrates_translation": True,
        }

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Reads a JSON file; what it leaves out keeps its default. Raises `UserError` for what it cannot be."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            data["loss"] = LossWeights(**data.get("loss", {}))
            for key in ("frames", "joints"):
                if key in data:
                    data[key] = tuple(data[key])
            return cls(**data)
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"{path} is not a training configuration ({error}).") from error
