"""Defines the settings of a training run, stored as a JSON file in the run's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.skeleton import BODY_JOINTS

from .losses import LossWeights


@dataclass(frozen=True)
class TrainConfig:
    """The settings that reproduce a run.

    Network (see `core.network_size.NetworkSize`): width ... reader_blocks.
    frames: shortest and longest window.
    Data.
        split: leave out what this split holds out for testing ("held-out", or "unseen:" and a source; see
        `splits.is_test`); None trains on everything.
        augment: train also on slower and faster motions, and on motions with the arms of one clip and the legs of
        another.
        rates: windows are played up to this much slower or faster.
    Batches.
        motions: windows of 60 frames that are encoded and decoded in a step; fewer when windows are longer and more
        when they are shorter, so that all steps cost the same.
        prompts: captions that are decoded to their exemplars.
        noise: largest norm of the noise added to a caption's embedding, as a share of its own norm. Wordings that are
        in no caption lie around those that are; the noise makes the decoder answer there too.
        mix: share of the prompts that are drawn between two wordings of the same exemplar.
        between: half of the latents of exemplars are decoded from a random place between the latent and the caption,
        up to this share of the way. It closes the gap between text latents and motion latents.
        class_names: share of the windows that are aligned to the bare name of their class instead of a caption.
    refine_from: the step from which the transformers take part. Before it only the linear part and the reader learn, at
        a fraction of the cost. With `cosines` 0 there is no linear part, and this must be 0.
    linear_rate, refine_rate: learning rates as shares of the reader's: of the linear part, which starts at its own
        optimum, and of the transformers, which start when the schedule has already lowered the rate.
    canary_from: from this step on, a decoder whose output hardly moves stops the run. This is how MotionCLIP collapses:
        every prompt gives the same still pose.
    vertices: number of the body's vertices that the loss compares; 0 compares all.
    posed: number of frames of each window in which they are compared; 0 is all.
    """

    seed: int = 0
    steps: int = 8_000
    refine_from: int = 5_000

    split: str | None = "held-out"
    augment: bool = True
    rates: float = 1.25
    frames: tuple[int, int] = (20, 120)
    joints: tuple[str, ...] = BODY_JOINTS

    motions: int = 112
    prompts: int = 48
    noise: float = 0.5
    mix: float = 0.5
    between: float = 0.2
    class_names: float = 0.3

    width: int = 256
    layers: int = 3
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    encoder_dropout: float = 0.1
    position_base: float = 150.0
    pre_norm: bool = True
    cosines: int = 24
    reader_width: int = 1024
    reader_blocks: int = 2

    learning_rate: float = 1e-3
    linear_rate: float = 0.2
    refine_rate: float = 3.0
    warmup: int = 300
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema: float = 0.999

    loss: LossWeights = field(default_factory=LossWeights)
    vertices: int = 160
    posed: int = 6
    half_precision: bool = True
    compile: bool = False
    save_every: int = 500
    canary_from: int = 3000

    def network(self) -> dict:
        """Returns the `network` entry of a pack."""
        return {
            "width": self.width,
            "layers": self.layers,
            "heads": self.heads,
            "feed_forward": self.feed_forward,
            "dropout": self.dropout,
            "position_base": self.position_base,
            "pre_norm": self.pre_norm,
            "integrates_translation": True,
            "cosines": self.cosines,
            "reader_width": self.reader_width,
            "reader_blocks": self.reader_blocks,
        }

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> TrainConfig:
        """Reads a JSON file; missing fields keep their defaults.

        Raises `UserError` for a file that is no such JSON, or has unknown fields.
        """
        try:
            data = json.loads(path.read_bytes())
            data["loss"] = LossWeights(**data.get("loss", {}))
            for key in ("frames", "joints"):
                if key in data:
                    data[key] = tuple(data[key])
            return cls(**data)
        except (OSError, ValueError, TypeError) as error:
            raise UserError(f"{path} is not a training configuration ({error}).") from error
