"""Trains the default CLIP's image tower and embeds rendered frames: `python -m training images`.

    train   trains a small vision transformer to embed frames of `render_pipeline` where their captions lie
    embed   computes the embeddings of all frames, for the loss of equation 3, by the tower of the run, of a pack, or by
            CLIP's own

The text tower is frozen, and its embeddings are computed once; only the image side of CLIP's contrastive loss is
trained. In contrast to open_clip's training code, frames of one action are not negatives of each other, because a
hundred frames share each caption.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json, write_whole
from motionclip_blender.core.inference.image_tower import ImageTower
from motionclip_blender.core.inference.networks import load_image_tower
from motionclip_blender.core.lock import only_one
from motionclip_blender.core.model.image_tower import normalised, vision_transformer
from motionclip_blender.core.pack import ImageSpec, Pack
from motionclip_blender.core.skeleton import BODY

from ..autoencoder.losses import alignment, contrast, length
from ..autoencoder.run import follow, load_checkpoint, save_checkpoint
from ..data.splits import HELD_OUT, is_test, source_of
from ..text_adapter.file import AdapterFile, check_same, digest_of_pack
from ..text_tower import minilm
from .clip_frames import embed_by_clip
from .samples import MARGIN, Captioned, FrameSet, read_frames
from .start import start

SPEC = ImageSpec(image_size=112, layers=6, width=192, head_width=64, patch_size=16)
_EMA = 0.998
_START = 256  # images whose patches are whitened
_STATE = ("tower", "average", "joints", "where", "optimizer")
_LOG_EVERY = 25
_SAVE_EVERY = 250


@dataclass(frozen=True)
class Settings:
    """The settings of a run of the image tower.

    contrast: weight of the contrastive loss. pose: weight of the joints' places (metres, squared). where: weight of
    telling which patch each joint is in. One minus the cosine, which alone would draw all frames to the mean caption,
    gets a weight that grows with the steps to 1.
    """

    steps: int = 5_000
    batch: int = 96
    learning_rate: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.05
    contrast: float = 1.0
    pose: float = 20.0
    where: float = 1.0
    seed: int = 0


class Run:
    """A training run of the tower in a folder; a stopped run is resumed from its checkpoint."""

    def __init__(self, folder: Path, settings: Settings, frames: Captioned) -> None:
        self.folder, self.settings, self.frames = folder, settings, frames
        torch.manual_seed(settings.seed)
        self.tower = vision_transformer(SPEC, minilm.SPEC.width)
        self.average = vision_transformer(SPEC, minilm.SPEC.width)
        start(self.tower, normalised(frames.draw(_START, SPEC.patch_size, np.random.default_rng(settings.seed)).images))
        self.average.load_state_dict(self.tower.state_dict())
        self.tower.output_tokens = True  # returns the patches' tokens too
        # heads for training only: they teach the tower to see limbs, which captions alone don't in reasonable time
        self.joints = nn.Linear(minilm.SPEC.width, 3 * BODY)
        self.where = nn.Linear(SPEC.width, BODY)
        learned = [p for part in (self.tower, self.joints, self.where) for p in part.parameters()]
        rate, decay = settings.learning_rate, settings.weight_decay
        self.optimizer = torch.optim.AdamW(learned, rate, weight_decay=decay, betas=(0.9, 0.98))
        self.mean = torch.from_numpy(frames.mean)
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        """Path of the checkpoint."""
        return self.folder / "images.pt"

    def save(self) -> None:
        """Writes the whole state of the run, atomically."""
        state = {name: getattr(self, name).state_dict() for name in _STATE} | {
            "step": self.step,
            "text_adapter": self.frames.text_adapter,
            "split": self.frames.split,
        }
        save_checkpoint(state, self.checkpoint)

    def resume(self) -> None:
        """Loads the folder's checkpoint, if there is one. Raises `UserError` when it is damaged, or of another text
        adapter or split."""
        if self.checkpoint.exists():
            state = load_checkpoint(self.checkpoint, (*_STATE, "step"))
            check_split(state, self.frames.split, f"{self.checkpoint} was trained", "another folder")
            made, ours = state.get("text_adapter", ""), self.frames.text_adapter
            check_same(made, ours, f"{self.checkpoint} was trained", "give its own --text-adapter, or another folder")
            for name in _STATE:
                getattr(self, name).load_state_dict(state[name])
            self.step = state["step"]

    def start_from(self, pack: Pack) -> None:
        """Starts with the weights of the pack's tower, instead of random ones.

        Raises `UserError` when the pack has no tower, or one of another size.
        """
        check_has_tower(pack)
        if pack.image != SPEC:
            raise UserError(f"The image tower of the pack {pack.name} has another size; leave out --from.")
        weights = {name: value.float() for name, value in load_file(pack.image_path).items()}
        for tower in (self.tower, self.average):
            tower.load_state_dict(weights)

    def train(self) -> None:
        """Trains until the configured number of steps.

        Raises `UserError` when the loss is not finite; the last checkpoint stays.
        """
        from tqdm import tqdm

        started, settings = time.monotonic(), self.settings
        for _ in tqdm(range(self.step, settings.steps), initial=self.step, total=settings.steps, disable=None):
            terms = self._one_step()
            if self.step % _LOG_EVERY == 0:
                entry = {"step": self.step, "seconds": round(time.monotonic() - started, 1)} | terms
                with (self.folder / "images.jsonl").open("a") as handle:
                    handle.write(json.dumps(entry) + "\n")
            if self.step % _SAVE_EVERY == 0 or self.step == settings.steps:
                self.save()

    def _one_step(self) -> dict[str, float]:
        settings = self.settings
        random = np.random.default_rng((settings.seed, self.step))
        batch = self.frames.draw(settings.batch, SPEC.patch_size, random)
        done = min(self.step / settings.steps, 1.0)
        rate = min((self.step + 1) / settings.warmup, 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * done))))
        for group in self.optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate
        self.tower.train()
        with torch.autocast("cpu", torch.bfloat16):
            embeddings, patches = self.tower(normalised(batch.images))
        embeddings, patches = embeddings.float(), patches.float()
        centred = embeddings - self.mean
        terms = {
            "contrast": settings.contrast * contrast(centred, batch.places - self.mean, batch.same),
            "alignment": done * alignment(embeddings, batch.places),
            "length": done * length(embeddings, batch.places),
            "pose": settings.pose * F.mse_loss(self.joints(centred), batch.joints.flatten(1)),
            "where": settings.where * F.cross_entropy(self.where(patches), batch.patches),
        }
        loss = sum(terms.values())
        if not torch.isfinite(loss):
            raise UserError(f"The loss is not finite at step {self.step}; the last checkpoint is {self.checkpoint}.")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.tower.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.tower, self.step, _EMA)
        return {name: round(float(value.detach()), 4) for name, value in terms.items()}


def check_has_tower(pack: Pack) -> None:
    """Raises `UserError` for a pack without an image tower of its own."""
    if pack.image is None:
        raise UserError(f"The pack {pack.name} has no image tower of its own; choose another one, or give --clip.")


def check_split(state: dict[str, Any], split: str | None, what: str, remedy: str) -> None:
    """Raises `UserError`, which begins with `what`, unless a tower's checkpoint was trained with `split`: others were
    shown frames of what this one holds out."""
    made = state.get("split", HELD_OUT)
    if made != (split or HELD_OUT):
        raise UserError(f'{what} with the split "{made}", not with "{split or HELD_OUT}"; choose {remedy}.')


@torch.inference_mode()
def embed(tower: nn.Module, images: np.ndarray, batch: int = 128) -> np.ndarray:
    """Returns embeddings (n, 512) float32 of images (n, 3, s, s) uint8, without their margin."""
    tower.eval()
    parts = [tower(normalised(torch.from_numpy(part))).float() for part in _inner(images, batch)]
    return torch.cat(parts).numpy()


def embed_by_pack(tower: ImageTower, images: np.ndarray, batch: int = 128) -> np.ndarray:
    """Returns embeddings (n, 512) float32 of images (n, 3, s, s) uint8, without their margin, by a pack's tower."""
    return np.concatenate([tower.read(part.transpose(0, 2, 3, 1)) for part in _inner(images, batch)])


def _inner(images: np.ndarray, batch: int) -> Iterator[np.ndarray]:
    """Yields images in batches, without their margin."""
    cut, size = MARGIN // 2, images.shape[-1] - MARGIN
    for first in range(0, len(images), batch):
        yield np.ascontiguousarray(images[first : first + batch, :, cut : cut + size, cut : cut + size])


def write_embeddings(
    out: Path, frames: FrameSet, embedded: Callable[[np.ndarray], np.ndarray], text_adapter: str = ""
) -> None:
    """Writes the embeddings of frames and of their mirror images, which `autoencoder.embeddings.Frames` reads.

    text_adapter: digest of that of the texts which the tower was trained on.
    """
    with write_whole(out) as handle:
        np.savez(
            handle,
            clips=np.array(frames.clips),
            frames=frames.numbers,
            embeddings=embedded(frames.images).astype(np.float16),
            mirrored=embedded(frames.images[..., ::-1]).astype(np.float16),
            text_adapter=np.array(text_adapter),
        )


def retrieval(tower: nn.Module, frames: Captioned) -> dict[str, float]:
    """Returns how often a frame's nearest caption (centred cosine) is of its action, and the rate by chance."""
    found = F.normalize(torch.from_numpy(embed(tower, frames.frames.images[frames.chosen]) - frames.mean), dim=1)
    # a caption's action is that of a frame with this caption
    action = np.zeros(len(frames.embeddings), int)
    for rows, label in zip(frames.rows, frames.actions, strict=True):
        action[rows[0]] = label
    used = sorted({row for rows in frames.rows for row in rows[0]})
    texts = F.normalize(torch.from_numpy(frames.embeddings[used] - frames.mean), dim=1)
    nearest = action[np.array(used)[(found @ texts.T).argmax(dim=1).numpy()]]
    actions = np.array(frames.actions)
    return {
        "frames": len(actions),
        "actions": len(set(frames.actions)),
        "top_1": round(float((nearest == actions).mean()), 4),
        "chance": round(float(np.mean([(action[used] == a).mean() for a in actions])), 4),
    }


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training images", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("action", choices=("train", "embed"))
    parser.add_argument("--frames", type=Path, required=True, help="folder of shards by render_pipeline")
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the prepared motions")
    parser.add_argument("--run", type=Path, default=Path("runs/images"), help="folder; resumed if it exists")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument(
        "--text-adapter", type=Path, metavar="FILE", help="what the captions are read through, as of `train`"
    )
    parser.add_argument(
        "--split", default=HELD_OUT, help="what is held out, as of `train`: held-out, people, or unseen: and a source"
    )
    towers = parser.add_mutually_exclusive_group()
    towers.add_argument(
        "--from", type=Path, dest="first", metavar="PACK", help="train on from the image tower of this pack"
    )
    towers.add_argument("--pack", type=Path, help="embed by the image tower of this pack, instead of the run's own")
    towers.add_argument(
        "--clip",
        type=Path,
        metavar="FILE",
        help="embed by the image tower of this ViT-B-32.pt, untrained",
    )
    options = parser.parse_args(arguments)
    if options.steps < 1:
        raise UserError("A run has one step at least; give --steps 1 or more.")
    out = options.run / "embeddings.npz"
    if options.clip:
        if options.action != "embed":
            parser.error("CLIP's own image tower is not trained; leave out --clip, or embed")
        print(f"{out}: {embed_by_clip(options.frames, out, options.clip):,} frames")
        return 0
    if options.pack:
        if options.action != "embed":
            parser.error("the image tower of a pack is trained already; leave out --pack, or embed")
        pack = Pack.load(options.pack)
        check_has_tower(pack)
        tower = load_image_tower(pack)
        frames = read_frames(options.frames, pack.image.image_size + MARGIN)
        write_embeddings(out, frames, partial(embed_by_pack, tower), digest_of_pack(pack))
        print(out)
        return 0
    adapter = AdapterFile.load(options.text_adapter) if options.text_adapter else None
    frames = read_frames(options.frames, SPEC.image_size + MARGIN)
    parts = [partial(Captioned, frames, options.data, part, adapter, options.split) for part in (True, False)]
    with only_one(options.run) if options.action == "train" else nullcontext():
        run = Run(options.run, Settings(steps=options.steps), parts[0]())
        if options.first:
            run.start_from(Pack.load(options.first))
        run.resume()
        if options.action == "train":
            run.train()
    if options.action == "train":
        sources = {source_of(clip) for clip in frames.clips}
        if any(is_test(clip, options.split, sources) for clip in frames.clips):
            figures = retrieval(run.average, parts[1]())
            write_json(options.run / "images.json", figures)
            print("On clips held out:", json.dumps(figures))
        return 0
    if run.step == 0:
        raise UserError(f"{options.run} holds no trained tower; run `python -m training images train` first.")
    write_embeddings(out, frames, partial(embed, run.average), run.frames.text_adapter)
    print(out)
    return 0
