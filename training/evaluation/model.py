"""Runs a pack's towers and network in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from motionclip_blender.core.body import Body
from motionclip_blender.core.cleanup.pipeline import CleanUp
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.weights import load_network
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.network_size import WINDOW
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.pose_tensor import from_pose_tensor, to_pose_tensor
from motionclip_blender.core.skeleton import BODY

_BATCH = 64  # windows; larger batches are no faster on a CPU


class Model:
    """A pack loaded for testing.

    Raises `UserError` for a pack that is damaged, lacks a package, or has no motion encoder.
    """

    def __init__(self, pack: Path | None, body: Body | None = None) -> None:
        self.engine = Engine(pack, body)
        _check_encoder(self.engine.pack)
        self.engine.load()
        self.network = load_network(self.engine.pack)
        self._texts: dict[str, np.ndarray] = {}

    @property
    def pack(self) -> Pack:
        return self.engine.pack

    @property
    def body(self) -> Body:
        return self.engine.body

    @property
    def window(self) -> tuple[int, int]:
        """The shortest and longest length that the network was trained on."""
        return self.pack.frames

    @property
    def reads_images(self) -> bool:
        return self.pack.reads_images

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        """Returns embeddings (n, latent) float32 of texts, unnormalised. Each text is embedded once."""
        for text in texts:
            if text not in self._texts:
                self._texts[text] = self.engine.encode_text(text)
        return np.stack([self._texts[text] for text in texts])

    def prompts(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns the latents (n, latent) float32 that prompts are decoded from, as users get them."""
        return self.engine.prompt_latents(prompts)

    def image(self, pixels: np.ndarray) -> np.ndarray:
        """Returns the embedding (latent,) float32 of an image (H, W, 3) uint8. Requires `reads_images`."""
        return self.engine.encode_image(pixels)

    def encode(self, motions: Sequence[Motion]) -> np.ndarray:
        """Returns latents (n, latent) float32 of motions, each of any trained length."""
        poses = [self.poses(motion) for motion in motions]
        latents = np.empty((len(poses), self.pack.latent), np.float32)
        by_length: dict[int, list[int]] = {}
        for i, pose in enumerate(poses):
            by_length.setdefault(len(pose), []).append(i)
        for alike in by_length.values():
            for part in _parts(alike):
                latents[part] = self.network.encode_batch(np.stack([poses[i] for i in part]))
        return latents

    def decode(self, latents: np.ndarray, frames: int) -> np.ndarray:
        """Returns pose tensors (n, frames, rows, 6) float32 of latents (n, latent)."""
        parts = [self.network.decode_batch(latents[part], frames) for part in _parts(range(len(latents)))]
        return np.concatenate(parts)

    def generate(self, latents: np.ndarray, frames: int) -> np.ndarray:
        """Decodes like `decode`, then gives the motions their details and cleans them up as for users."""
        clean_up = CleanUp(self.pack, self.body, frames, self.pack.fps)
        made = self.engine.with_details(
            latents, [self.engine.motion_of(poses) for poses in self.decode(latents, frames)]
        )
        return np.stack([self.poses(clean_up(motion)) for motion in made])

    def encode_poses(self, poses: np.ndarray) -> np.ndarray:
        """Returns latents (n, latent) float32 of pose tensors (n, T, rows, 6)."""
        return np.concatenate([self.network.encode_batch(poses[part]) for part in _parts(range(len(poses)))])

    def motion_latents(self, latents: np.ndarray, played: bool = False) -> np.ndarray:
        """Returns the latents (n, latent) float32 of the motions that are decoded from latents (n, latent).

        played: changes nothing, since what is measured here is the decoder without known motions.
        """
        return self.encode_poses(self.decode(latents, min(WINDOW, self.window[1])))

    def poses(self, motion: Motion) -> np.ndarray:
        """Returns the pose tensor (T, rows, 6) of a motion, as the network reads it."""
        return to_pose_tensor(motion, self.pack.pose_format)

    def positions(self, poses: np.ndarray) -> np.ndarray:
        """Returns the joints' positions (n, T, 22, 3) in metres of pose tensors (n, T, rows, 6)."""
        out = []
        for part in _parts(range(len(poses))):
            # all windows as one long motion, because positions depend on their own frame alone
            row = from_pose_tensor(poses[part].reshape(-1, *poses.shape[2:]), self.pack.pose_format, self.pack.fps)
            out.append(body_joints(self.body, row).reshape(-1, poses.shape[1], BODY, 3))
        return np.concatenate(out)


def body_joints(body: Body, motion: Motion) -> np.ndarray:
    """Returns the joints (T, 22, 3) of a motion in metres, without face and fingers."""
    return body.posed_joints(motion)[:, :BODY]


def _parts(indices: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(indices), _BATCH):
        yield list(indices[start : start + _BATCH])


def _check_encoder(pack: Pack) -> None:
    try:
        with safe_open(pack.weights_path, "np") as weights:
            names = list(weights.keys())
    except (SafetensorError, OSError) as error:
        raise UserError(f"{pack.weights_path} is damaged or cut off; install the pack again.") from error
    if not any(name.startswith("encoder.") for name in names):
        raise UserError(f"The pack {pack.folder} has no motion encoder; export one that was trained with it.")
