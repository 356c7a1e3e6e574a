"""A training run's settings, as a JSON file that stands beside the run."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import BODY_JOINTS

from .losses import LossWeights


@dataclass(frozen=True)
class TrainConfig:
    """What a run needs to be made again.

    Network (see `core.model.network.NetworkSize`): width ... memory_width.
    frames: shortest and longest window.

    Data. split: leave out what this split holds out for testing ("held-out", or "unseen:" and a source; see
        `splits.is_test`); None trains on everything. augment: train on slower and faster motions and on arms of one
        with legs of another as well. rates: windows of motions are played up to this much slower or faster.

    Batches. motions: windows of motions that are encoded in a step, of 60 frames; of longer ones there are fewer, of
        shorter ones more, so that all steps cost the same. prompts: captions that are decoded to their exemplars.
        noise: largest norm of the noise added to a caption's embedding, as a share of its own norm. Wordings that
        nobody wrote down lie around those that somebody did; the noise makes the decoder answer there too.
        mix: share of the prompts that are drawn between two wordings of the same exemplar.
        between: latents of motions that prompts can stand for are decoded from a random place between the latent and
        the caption, up to this share of the way. It closes the gap that text and motion latents otherwise keep.

    encoder_from, joint_from: the decoder learns from captions only up to `joint_from`; from `encoder_from` on the
        encoder learns to lie near them; then the decoder also decodes the encoder's latents. From the start, the
        encoder's first, shapeless latents took a tenth of the movement out of the decoder.
    canary_from: from this step on a decoder whose output hardly moves stops the run. It is what a collapsed
        MotionCLIP does: every prompt gives the same still pose.
    vertices: how many of the body's vertices the loss compares; 0 compares all.
    """

    seed: int = 0
    steps: int = 36_000
    encoder_from: int = 20_000
    joint_from: int = 24_000

    split: str | None = "held-out"
    augment: bool = True
    rates: float = 1.25
    frames: tuple[int, int] = (20, 120)
    joints: tuple[str, ...] = BODY_JOINTS

    motions: int = 16
    prompts: int = 12
    noise: float = 0.5
    mix: float = 0.5
    between: float = 0.5

    width: int = 256
    layers: int = 4
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    encoder_dropout: float = 0.1
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

    loss: LossWeights = field(default_factory=LossWeights)
    vertices: int = 160
    half_precision: bool = True
    compile: bool = False
    save_every: int = 500
    canary_from: int = 3000

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
