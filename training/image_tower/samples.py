"""Makes training samples for the image tower of rendered frames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.image_tower import squared
from motionclip_blender.core.skeleton import BODY, MIRROR

from ..autoencoder.embeddings import text_embeddings
from ..data.captions import mirrored
from ..data.index import read_index
from ..data.splits import HELD_OUT, is_test, source_of
from ..text_adapter.file import AdapterFile
from .frames import pixels_of, rendered_frames

MARGIN = 16
"""Pixels by which images are larger than the tower's input, for random crops."""

_BLOCK = 1024  # frames
_MIRROR = list(MIRROR[:BODY])


@dataclass(frozen=True)
class FrameSet:
    """Rendered frames. images: (n, 3, s, s) uint8. clips, numbers: the clip and the frame at 30 fps of each.

    joints: (n, 22, 3) metres from the pelvis in the camera's axes (x right, y down, z into the picture). seen: (n, 22,
    2) the joints' places in the picture, from 0, 0 at the top left to 1, 1.
    """

    images: np.ndarray
    clips: list[str]
    numbers: np.ndarray
    joints: np.ndarray
    seen: np.ndarray


def read_frames(folder: Path, size: int) -> FrameSet:
    """Reads all frames in the shards of `folder`, resized to squares of `size` pixels.

    Raises `UserError` as `rendered_frames` does, and when the shards hold no frames.
    """
    from tqdm import tqdm

    blocks, clips, numbers, joints, seen = [], [], [], [], []
    for told, image in tqdm(rendered_frames(folder), unit="frame", disable=None):
        # in blocks: small arrays kept between the large temporary ones of reading would fragment the memory
        if len(clips) % _BLOCK == 0:
            blocks.append(np.empty((_BLOCK, 3, size, size), np.uint8))
        blocks[-1][len(clips) % _BLOCK] = squared(pixels_of(image, folder), size).transpose(2, 0, 1)
        clips.append(told["motion"])
        numbers.append(round(told["seconds"] * 30))
        world = np.array(told["joints_3d"], np.float32)[:BODY]
        joints.append((world - world[0]) @ np.array(told["camera"]["extrinsics"], np.float32)[:, :3].T)
        seen.append(np.array(told["joints_2d"], np.float32)[:BODY] / told["size"])
    if not blocks:
        raise UserError(f"{folder} holds no frames; render some with `python -m render_pipeline --out {folder}`.")
    images = np.concatenate(blocks)[: len(clips)]
    return FrameSet(images, clips, np.array(numbers), np.stack(joints), np.stack(seen))


@dataclass(frozen=True)
class ImageBatch:
    """The data of a step. images: (n, 3, s, s) uint8. places: (n, 512) a caption of each. same: (n, n) pairs of one
    action.

    joints: (n, 22, 3) as in `FrameSet`. patches: (n, 22) the patch of the tower's grid that each joint is in.
    """

    images: Tensor
    places: Tensor
    same: Tensor
    joints: Tensor
    patches: Tensor


class Captioned:
    """The frames that have captions, with the embeddings of those captions.

    Every caption is there twice, for the picture and for its mirror image.
    """

    def __init__(
        self, frames: FrameSet, data: Path, train: bool, adapter: AdapterFile | None = None, split: str = HELD_OUT
    ) -> None:
        """Chooses the frames of clips that are trained on, or else of those that `split` holds out.

        Raises `UserError` when none of them shows a captioned clip.
        """
        spans = {clip["clip"]: clip for clip in read_index(data)}
        sources = {source_of(clip) for clip in spans}
        texts: dict[str, int] = {}
        self.frames, self.rows, self.actions, self.chosen = frames, [], [], []
        actions: dict[str, int] = {}
        for i, (clip, number) in enumerate(zip(frames.clips, frames.numbers, strict=True)):
            entry = spans.get(clip)
            if entry is None or is_test(clip, split, sources) == train:
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
        self.embeddings = text_embeddings(list(texts), adapter=adapter)
        self.mean, self.text_adapter = self.embeddings.mean(axis=0), adapter.digest if adapter else ""
        self.split = split

    def draw(self, count: int, patch: int, random: np.random.Generator) -> ImageBatch:
        """Draws random frames, each cropped, perhaps mirrored, and made brighter or darker. patch: size in pixels."""
        picked = random.choice(len(self.chosen), min(count, len(self.chosen)), replace=False)
        images, places, joints, patches = [], [], [], []
        for i in picked:
            frame, flip = self.chosen[i], bool(random.integers(2))
            image, seen = _varied(self.frames.images[frame], self.frames.seen[frame], flip, random)
            images.append(image)
            patches.append(_patch_of(seen, image.shape[-1], patch))
            rows = self.rows[i][flip]
            places.append(self.embeddings[rows[random.integers(len(rows))]])
            placed = self.frames.joints[frame]
            joints.append(placed[_MIRROR] * (-1, 1, 1) if flip else placed)
        actions = np.array(self.actions)[picked]
        same = actions[:, None] == actions
        arrays = (np.stack(images), np.stack(places), same, np.stack(joints).astype(np.float32), np.stack(patches))
        return ImageBatch(*map(torch.from_numpy, arrays))


def _varied(
    image: np.ndarray, seen: np.ndarray, flip: bool, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Returns a crop (3, s, s), brighter or darker, and the joints' pixels (22, 2) in it."""
    top, left = random.integers(MARGIN + 1, size=2)
    size = image.shape[-1] - MARGIN
    seen = seen * image.shape[-1] - (left, top)
    image = image[:, top : top + size, left : left + size]
    if flip:
        image, seen = image[:, :, ::-1], seen[_MIRROR] * (-1, 1) + (size, 0)
    return np.clip(image * random.uniform(0.8, 1.2), 0, 255).astype(np.uint8), seen


def _patch_of(seen: np.ndarray, size: int, patch: int) -> np.ndarray:
    """Returns the patch number (22,), row by row, of each joint (22, 2); for joints outside, the nearest patch."""
    across = size // patch
    column, row = (seen // patch).astype(int).clip(0, across - 1).T
    return row * across + column
