"""`python -m training images`: the default CLIP's image tower, and what it makes of rendered frames.

    train   a small vision transformer on the frames of `render_pipeline`, until they lie where their captions lie
    embed   embeddings of all frames, for the loss of equation 3

The text tower is frozen, and its embeddings are computed once; so only the image side of CLIP's contrastive loss is
trained here, with one difference to open_clip's own training code: frames of one action are no negatives of each other,
for a hundred frames share each caption.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path, write_whole
from motionclip_blender.core.model.image_tower import normalised, squared, vision_transformer
from motionclip_blender.core.pack import ImageSpec
from motionclip_blender.core.skeleton import BODY_JOINTS, MIRROR

from . import minilm
from .captions import mirrored
from .embeddings import text_embeddings
from .frames import pixels_of, rendered_frames
from .index import read_index
from .losses import alignment, contrast, length
from .run import follow, load_checkpoint
from .splits import is_test

SPEC = ImageSpec(image_size=112, layers=6, width=192, head_width=64, patch_size=16)
_MARGIN = 16  # pixels of an image more than the tower reads, for crops
_MIRROR = list(MIRROR[: len(BODY_JOINTS)])
_EMA = 0.998
_LOG_EVERY = 25
_SAVE_EVERY = 250


@dataclass(frozen=True)
class Settings:
    """contrast, pose: weights of the contrastive loss and of the joints (metres, squared). One minus the cosine, which
    alone would draw all frames to the mean caption, comes in by and by and has full weight in the end."""

    steps: int = 20_000
    batch: int = 96
    learning_rate: float = 1e-3
    warmup: int = 200
    weight_decay: float = 0.05
    contrast: float = 1.0
    pose: float = 20.0
    seed: int = 0


@dataclass(frozen=True)
class FrameSet:
    """Rendered frames. images: (n, 3, s, s) uint8. clips, numbers: of which clip and frame at 30 fps each is.
    joints: (n, 22, 3) metres from the pelvis in the camera's axes (x right, y down, z into the picture)."""

    images: np.ndarray
    clips: list[str]
    numbers: np.ndarray
    joints: np.ndarray


def read_frames(folder: Path, size: int) -> FrameSet:
    """All frames in the shards of `folder`, made `size` pixels square. Raises `UserError` as `rendered_frames` does."""
    from tqdm import tqdm

    images, clips, numbers, joints = [], [], [], []
    for told, image in tqdm(rendered_frames(folder), unit="frame", disable=None):
        images.append(squared(pixels_of(image, folder), size).numpy())
        clips.append(told["motion"])
        numbers.append(round(told["seconds"] * 30))
        world = np.array(told["joints_3d"], np.float32)[: len(BODY_JOINTS)]
        joints.append((world - world[0]) @ np.array(told["camera"]["extrinsics"], np.float32)[:, :3].T)
    if not images:
        raise UserError(f"{folder} holds no frames; render some with `python -m render_pipeline --out {folder}`.")
    return FrameSet(np.stack(images), clips, np.array(numbers), np.stack(joints))


class Captioned:
    """The frames that captions tell about, with the places of those captions in CLIP's space.

    Every caption comes twice, as it is and for the mirrored picture.
    """

    def __init__(self, frames: FrameSet, data: Path, train: bool) -> None:
        spans = {clip["clip"]: clip for clip in read_index(data)}
        texts: dict[str, int] = {}
        self.images, self.joints, self.rows, self.actions = frames.images, frames.joints, [], []
        self.chosen = []
        actions: dict[str, int] = {}
        for i, (clip, number) in enumerate(zip(frames.clips, frames.numbers, strict=True)):
            entry = spans.get(clip)
            if entry is None or is_test(clip) == train:
                continue
            told = [s for s in entry["spans"] if s["start"] * 30 <= number <= s["end"] * 30]
            captions = [caption for span in told for caption in span["captions"]]
            if not captions:
                continue
            self.chosen.append(i)
            self.rows.append([[texts.setdefault(f(c), len(texts)) for c in captions] for f in (str, mirrored)])
            self.actions.append(actions.setdefault(told[0]["label"], len(actions)))
        if not self.chosen:
            raise UserError(f"None of the frames shows a captioned clip of {data}; render them from this folder.")
        self.embeddings = text_embeddings(list(texts), None)
        self.mean = self.embeddings.mean(axis=0)

    def draw(self, count: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(n, 3, s, s) uint8 images, (n, 512) a caption of each, (n, n) pairs of one action, (n, 22, 3) joints."""
        picked = random.choice(len(self.chosen), min(count, len(self.chosen)), replace=False)
        flips = random.integers(2, size=len(picked))
        images, places, joints = [], [], []
        for i, flip in zip(picked, flips, strict=True):
            images.append(_varied(self.images[self.chosen[i]], bool(flip), random))
            rows = self.rows[i][flip]
            places.append(self.embeddings[rows[random.integers(len(rows))]])
            seen = self.joints[self.chosen[i]]
            joints.append(seen[_MIRROR] * (-1, 1, 1) if flip else seen)
        actions = np.array(self.actions)[picked]
        same = torch.from_numpy(actions[:, None] == actions)
        told = (np.stack(images), np.stack(places), np.stack(joints).astype(np.float32))
        images, places, joints = map(torch.from_numpy, told)
        return images, places, same, joints


def _varied(image: np.ndarray, flip: bool, random: np.random.Generator) -> np.ndarray:
    """A crop of (3, s, s), mirrored or not, a little brighter or darker."""
    top, left = random.integers(_MARGIN + 1, size=2)
    size = image.shape[-1] - _MARGIN
    image = image[:, top : top + size, left : left + size]
    if flip:
        image = image[:, :, ::-1]
    return np.clip(image * random.uniform(0.8, 1.2), 0, 255).astype(np.uint8)


class Run:
    """A training run of the tower in a folder, which goes on where it stopped."""

    def __init__(self, folder: Path, settings: Settings, frames: Captioned) -> None:
        self.folder, self.settings, self.frames = folder, settings, frames
        torch.manual_seed(settings.seed)
        self.tower = vision_transformer(SPEC, minilm.SPEC.width)
        self.average = vision_transformer(SPEC, minilm.SPEC.width)
        self.average.load_state_dict(self.tower.state_dict())
        self.joints = nn.Linear(minilm.SPEC.width, 3 * len(BODY_JOINTS))
        learned = [*self.tower.parameters(), *self.joints.parameters()]
        rate, decay = settings.learning_rate, settings.weight_decay
        self.optimizer = torch.optim.AdamW(learned, rate, weight_decay=decay, betas=(0.9, 0.98))
        self.mean = torch.from_numpy(frames.mean)
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        return self.folder / "images.pt"

    def save(self) -> None:
        names = ("tower", "average", "joints", "optimizer")
        state = {name: getattr(self, name).state_dict() for name in names} | {"step": self.step}
        with whole_path(self.checkpoint) as temporary:
            torch.save(state, temporary)

    def resume(self) -> None:
        """Raises `UserError` when the checkpoint is damaged."""
        if self.checkpoint.exists():
            state = load_checkpoint(self.checkpoint)
            for name in ("tower", "average", "joints", "optimizer"):
                getattr(self, name).load_state_dict(state[name])
            self.step = state["step"]

    def train(self) -> None:
        """Raises `UserError` when the loss is no longer finite; the last checkpoint stays."""
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
        images, places, same, joints = self.frames.draw(settings.batch, random)
        done = min(self.step / settings.steps, 1.0)
        rate = min((self.step + 1) / settings.warmup, 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * done))))
        for group in self.optimizer.param_groups:
            group["lr"] = settings.learning_rate * rate
        self.tower.train()
        with torch.autocast("cpu", torch.bfloat16):
            embeddings = self.tower(normalised(images))
        embeddings = embeddings.float()
        terms = {
            "contrast": settings.contrast * contrast(embeddings - self.mean, places - self.mean, same),
            "alignment": done * alignment(embeddings, places),
            "length": done * length(embeddings, places),
            "pose": settings.pose * F.mse_loss(self.joints(embeddings - self.mean), joints.flatten(1)),
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


@torch.inference_mode()
def embed(tower: nn.Module, images: np.ndarray, batch: int = 128) -> np.ndarray:
    """(n, 512) float32 of images (n, 3, s, s) uint8, their middle read."""
    tower.eval()
    cut = (images.shape[-1] - SPEC.image_size) // 2
    inner = images[:, :, cut : cut + SPEC.image_size, cut : cut + SPEC.image_size]
    parts = []
    for start in range(0, len(inner), batch):
        part = torch.from_numpy(np.ascontiguousarray(inner[start : start + batch]))
        parts.append(tower(normalised(part)).float())
    return torch.cat(parts).numpy()


def retrieval(tower: nn.Module, frames: Captioned) -> dict[str, float]:
    """How often the nearest caption (centred cosine) of a frame is of its action: the action's share by chance too."""
    found = F.normalize(torch.from_numpy(embed(tower, frames.images[frames.chosen]) - frames.mean), dim=1)
    # a caption's action is that of a frame that it tells about
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
    options = parser.parse_args(arguments)
    options.run.mkdir(parents=True, exist_ok=True)
    frames = read_frames(options.frames, SPEC.image_size + _MARGIN)
    run = Run(options.run, Settings(steps=options.steps), Captioned(frames, options.data, train=True))
    run.resume()
    if options.action == "train":
        run.train()
        if any(is_test(clip) for clip in frames.clips):
            figures = retrieval(run.average, Captioned(frames, options.data, train=False))
            (options.run / "images.json").write_text(json.dumps(figures) + "\n")
            print("On clips held out:", json.dumps(figures))
        return 0
    if run.step == 0:
        raise UserError(f"{options.run} holds no trained tower; run `python -m training images train` first.")
    out = options.run / "embeddings.npz"
    mirror = frames.images[..., ::-1]
    with write_whole(out) as handle:
        np.savez(
            handle,
            clips=np.array(frames.clips),
            frames=frames.numbers,
            embeddings=embed(run.average, frames.images).astype(np.float16),
            mirrored=embed(run.average, mirror).astype(np.float16),
        )
    print(out)
    return 0
