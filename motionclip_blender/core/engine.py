"""The engine owns a model: prompts to latents, latents to motions, motions to latents."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from . import rotations as rot
from .body import Body
from .errors import UserError
from .feet import planted
from .motion import Motion
from .pack import Pack
from .pose_tensor import from_pose_tensor, to_pose_tensor
from .progress import Progress, no_progress
from .prompt import checked_frames, checked_prompt
from .skeleton import HAND_JOINTS, INDEX

if TYPE_CHECKING:
    from .model.clip import TextTower
    from .model.image_tower import ImageTower
    from .model.network import MotionCLIP

_SEAM_FRAMES = 10  # over which one window fades into the next, a third of a second


class Engine:
    """A pack ready to generate. Cheap to make; the network and CLIP load on first use or by `load`."""

    def __init__(self, pack_folder: Path | None = None, body: Body | None = None) -> None:
        self.pack = Pack.load(pack_folder)
        self.body = body or Body.load()
        self._network: MotionCLIP | None = None
        self._text: TextTower | None = None
        self._images: ImageTower | None = None
        self._loading = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._text is not None

    def load(self, progress: Progress | None = None) -> None:
        """Imports torch, reads the weights and sets up CLIP. A few seconds the first time, then nothing.

        Raises `UserError` when a package or a file is missing or damaged.
        """
        with self._loading:
            if self.loaded:
                return
            step = progress or no_progress
            step("Loading PyTorch", 0.0)
            try:
                from .model.weights import load_network
            except ImportError as error:
                raise UserError(
                    f"Generating needs the Python package {error.name}; install it for the Python that Blender runs."
                ) from error
            step("Loading the motion model", 0.3)
            network, projection = load_network(self.pack)
            step("Loading the text encoder", 0.4)
            from .model.clip import load_clip

            text = load_clip(self.pack.clip, projection)
            step("Loaded", 1.0)
            self._network, self._text = network, text

    def encode_text(self, prompt: str) -> np.ndarray:
        """(512,) float32: the prompt in CLIP's space, unnormalised."""
        self.load()
        return self._text([checked_prompt(prompt)])[0].numpy()

    def encode_image(self, pixels: np.ndarray) -> np.ndarray:
        """(512,) float32: an image (H, W, 3) uint8 in CLIP's space, by the pack's image tower.

        Raises `UserError` when the pack has none.
        """
        with self._loading:
            if self._images is None:
                from .model.image_tower import load_image_tower

                self._images = load_image_tower(self.pack)
        return self._images([pixels])[0].numpy()

    def decode(self, latent: np.ndarray, frames: int) -> Motion:
        """The motion of a latent (512,), `frames` frames at the pack's rate, standing on the floor.

        Up to the pack's longest trained length in one pass of the decoder; beyond it the motion goes on in
        further windows, each faded into the next.
        """
        self.load()
        frames = checked_frames(frames)
        shortest, longest = self.pack.frames
        window = self._decode_window(latent, min(max(frames, shortest), longest))
        motion = window
        while len(motion) < frames:
            motion = motion.fade_into(window, _SEAM_FRAMES)
        return self.body.on_floor(planted(self._with_hands(motion.crop(0, frames)), self.body))

    def encode(self, motion: Motion) -> np.ndarray:
        """(512,) float32: the latent of a motion, of its first frames up to the pack's longest length."""
        self.load()
        motion = motion.resample(self.pack.fps).crop(0, self.pack.frames[1])
        return self._network.encode(to_pose_tensor(motion, self.pack.joints))

    def generate(self, prompt: str, frames: int, progress: Progress | None = None) -> Motion:
        """Prompt to motion: `frames` frames at the pack's rate. The same prompt gives the same motion.

        Raises `UserError` for a prompt or a length that cannot be, and what `progress` raises.
        """
        prompt, frames = checked_prompt(prompt), checked_frames(frames)
        step = progress or no_progress
        self.load(lambda stage, fraction: step(stage, 0.9 * fraction))
        step("Reading the prompt", 0.9)
        latent = self.encode_text(prompt)
        step("Making the motion", 0.95)
        motion = self.decode(latent, frames)
        step("Done", 1.0)
        return motion

    def _decode_window(self, latent: np.ndarray, frames: int) -> Motion:
        return from_pose_tensor(self._network.decode(latent, frames), self.pack.joints, self.pack.fps)

    def _with_hands(self, motion: Motion) -> Motion:
        """Fingers that the pack does not move hang relaxed, not stretched as in the rest pose."""
        if HAND_JOINTS[0] in self.pack.joints:
            return motion
        rotations = motion.rotations.copy()
        rotations[:, INDEX[HAND_JOINTS[0]] :] = rot.axis_angle_to_quat(self.body.relaxed_hands)
        return replace(motion, rotations=rotations)
