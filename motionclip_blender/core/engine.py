"""The engine owns a model: prompts to latents, latents to motions, motions to latents."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from . import rotations as rot
from .body import Body
from .cleanup.foot_locking import keep_on_floor, lock_feet, put_on_floor
from .cleanup.loop import LONGER, best_loop, within_rounds
from .cleanup.mixing import mixed
from .clip_weights import ClipSource
from .errors import UserError
from .inference.image_tower import ImageTower
from .inference.networks import Networks, load_image_tower
from .latents.arithmetic import normalised
from .latents.window_pooling import WINDOW, WindowLatents, WindowPooling, window, window_starts
from .motion import Motion, frames_at, heading
from .networks import checked_compute, load_networks
from .pack import Pack
from .pose_format import AHEAD
from .pose_tensor import from_pose_tensor, to_pose_tensor
from .progress import Progress, no_progress
from .prompt import MAX_FRAMES, checked_frames, checked_prompt
from .skeleton import HAND_JOINTS, INDEX

_SEAM_FRAMES = 10  # over which one window fades into the next, a third of a second
_BATCH = 32  # windows or prompts that go through a network at once: bounds memory, and how long a cancel waits
_KEPT = 64  # latents whose motions' latents are remembered: a slider asks for the same ones at every step
_SHOWN = 30  # characters of a prompt that a sentence repeats
_LOOP_CHOICE = 1.6  # times a loop's length is decoded, to choose the best stretch from


class Engine:
    """A pack ready to generate. Cheap to make; its networks load on first use or by `load`."""

    def __init__(
        self,
        pack_folder: Path | None = None,
        body: Body | None = None,
        compute: str = "automatic",
        clip: ClipSource | None = None,
    ) -> None:
        """compute: one of `networks.COMPUTE`. clip: where the weights of the pack's CLIP may come from, if they are not
        in the pack; by default from what is here."""
        self.pack = Pack.load(pack_folder)
        self.body = body or Body.load()
        self.compute, self._clip = checked_compute(compute), clip or ClipSource()
        self._networks: Networks | None = None
        self._images: ImageTower | None = None
        self._of_motions: dict[bytes, np.ndarray] = {}
        self._loading = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._networks is not None

    @property
    def computes_by(self) -> str:
        """What the networks are computed by, such as "numpy"; empty before they are loaded."""
        return self._networks.name if self._networks is not None else ""

    def load(self, progress: Progress | None = None) -> None:
        """Reads the weights and makes the networks ready. A third of a second the first time, then nothing.

        Raises `UserError` when a package or a file is missing or damaged, and what `progress` raises.
        """
        self._ready(progress or no_progress)

    def _ready(self, progress: Progress = no_progress) -> Networks:
        """The networks, loaded."""
        with self._loading:
            if self._networks is None:
                self._networks = load_networks(self.pack, self.compute, progress, self._clip)
            return self._networks

    def encode_text(self, prompt: str) -> np.ndarray:
        """(512,) float32: the prompt in CLIP's space, unnormalised."""
        return self.encode_texts([prompt])[0]

    def encode_texts(self, prompts: Sequence[str]) -> np.ndarray:
        """(n, 512) float32: prompts in CLIP's space, unnormalised. Raises `UserError` for one that cannot be."""
        return self._as_declared(self._ready().texts([checked_prompt(prompt) for prompt in prompts]))

    def prompt_latents(self, prompts: Sequence[str]) -> np.ndarray:
        """(n, 512) float32: the latents that prompts are decoded from. Raises `UserError` for one that cannot be.

        A wording near those that the decoder was trained on is answered from them (`inference.prompt_retrieval`);
        motions and pictures are compared with `encode_texts`.
        """
        texts, retrieval = self.encode_texts(prompts), self._ready().retrieval
        return texts if retrieval is None else self._as_declared(retrieval.recall(texts))

    def cut_prompts(self, prompts: Sequence[str]) -> tuple[str, ...]:
        """Returns a sentence for each prompt whose end is not read, because it is too long for the text tower."""
        networks, said = self._ready(), []
        for prompt in prompts:
            if (left_out := networks.left_out(prompt)) > 0:
                start = prompt[:_SHOWN].rstrip()
                said.append(f'The prompt "{start}..." is too long: its last {left_out} tokens are not read.')
        return tuple(said)

    def encode_image(self, pixels: np.ndarray) -> np.ndarray:
        """(512,) float32: an image (H, W, 3) uint8 in CLIP's space, by the pack's image tower.

        Raises `UserError` when the pack has none.
        """
        with self._loading:
            if self._images is None:
                self._images = load_image_tower(self.pack, self._clip)
        return self._as_declared(self._images([pixels])[0])

    def decode(self, latent: np.ndarray, frames: int) -> Motion:
        """The motion of a latent (512,), `frames` frames at the pack's rate, standing on the floor.

        Up to the pack's longest trained length in one pass of the decoder; beyond it the motion goes on in
        further windows, each faded into the next.
        """
        return self.decode_many(np.asarray(latent)[None], frames)[0]

    def decode_many(self, latents: np.ndarray, frames: int) -> list[Motion]:
        """The motions of latents (n, 512), each as `decode` makes it; they go through the decoder together."""
        return [self._standing(motion) for motion in self._raw(latents, frames)]

    def decode_along(self, stops: np.ndarray, at: np.ndarray) -> Motion:
        """One motion of T frames that in frame t is as far along the latents `stops` (k, 512) as at[t] says.

        at: (T,) from 0, the first stop, to k - 1, the last. See `motion_mixing.mixed` for how poses and ways are mixed.
        """
        stops, at = np.asarray(stops, np.float32), np.asarray(at, np.float64)
        if len(stops) < 2 or not ((at >= 0) & (at <= len(stops) - 1)).all():
            raise ValueError("a motion goes along two stops or more, from 0 to their number less one")
        return self._standing(mixed(self._raw(stops, len(at)), at))

    def decode_loop(self, latent: np.ndarray, frames: int) -> Motion:
        """As `decode`, with the last frame flowing into the first. See `loop.closed` for what that means."""
        frames = checked_frames(frames)
        needed = int(np.ceil(LONGER * frames)) + 1
        longest = max(self.pack.frames[1], needed)  # within one window there is no fade to cut into
        decoded = min(max(int(_LOOP_CHOICE * frames), needed), longest, MAX_FRAMES)
        (motion,) = self._raw(np.asarray(latent)[None], max(decoded, frames))
        loop = best_loop(motion, frames)
        return self.body.on_floor(within_rounds(self._with_hands(loop), lambda rounds: lock_feet(rounds, self.body)))

    def encode(
        self, motion: Motion, pooling: WindowPooling | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """(512,) float32: the latent of a motion of any length and rate.

        pooling: which of its windows count; by default the mean over all. Raises what `progress` raises, between
        windows.
        """
        pooling = pooling or WindowPooling()
        frames, starts = self._windows(motion)
        chosen = pooling.chosen(starts, frames, pooling.frame * self.pack.fps / motion.fps)
        return self._as_declared(pooling.summary(self._encode_windows(motion, chosen, frames, progress)))

    def encode_windows(self, motion: Motion, progress: Progress | None = None) -> WindowLatents:
        """The latents of all windows of a motion, as recognition is measured: of 60 frames, half overlapping."""
        frames, starts = self._windows(motion)
        return WindowLatents(np.array(starts), frames, self._encode_windows(motion, starts, frames, progress))

    def motion_latents(self, latents: np.ndarray) -> np.ndarray:
        """(n, 512) float32: where the motions lie that latents (n, 512) make. Those of the last few are kept."""
        latents = np.stack([self.checked_latent(latent) for latent in latents])
        asked = {latent.tobytes(): latent for latent in latents}
        known = {key: self._of_motions[key] for key in asked if key in self._of_motions}
        if new := [latent for key, latent in asked.items() if key not in known]:
            networks = self._ready()
            found = networks.encode(networks.decode(np.stack(new), min(WINDOW, self.pack.frames[1])))
            known |= zip((latent.tobytes() for latent in new), found, strict=True)
            self._of_motions = dict([*(self._of_motions | known).items()][-_KEPT:])
        return np.stack([known[latent.tobytes()] for latent in latents])

    def checked_latent(self, latent: np.ndarray) -> np.ndarray:
        """(512,) float32. Raises `UserError` for what is none of this pack's latents."""
        array = np.asarray(latent, np.float32)
        width = self.pack.clip.width
        if array.shape != (width,):
            raise UserError(f"A latent of this pack is {width} numbers, not {array.shape}; make it with this pack.")
        if not np.isfinite(array).all():
            raise UserError("The latent holds numbers that are not finite; make it anew.")
        return self._as_declared(array)

    def _as_declared(self, latents: np.ndarray) -> np.ndarray:
        """Latents (..., D) as the pack's decoder is fed them: of length one where it declares so."""
        return normalised(latents) if self.pack.normalised else latents

    def generate(self, prompt: str, frames: int, progress: Progress | None = None) -> Motion:
        """Prompt to motion: `frames` frames at the pack's rate. The same prompt gives the same motion.

        Raises `UserError` for a prompt or a length that cannot be, and what `progress` raises.
        """
        prompt, frames = checked_prompt(prompt), checked_frames(frames)
        step = progress or no_progress
        self.load(lambda stage, fraction: step(stage, 0.9 * fraction))
        step("Reading the prompt", 0.9)
        (latent,) = self.prompt_latents([prompt])
        step("Making the motion", 0.95)
        motion = self.decode(latent, frames)
        step("Done", 1.0)
        return motion

    def _windows(self, motion: Motion) -> tuple[int, list[int]]:
        """Frames of each of a motion's windows at the pack's rate, and where they begin."""
        length = frames_at(motion, self.pack.fps)
        frames = min(WINDOW, self.pack.frames[1], length)
        return frames, window_starts(length, frames, max(frames // 2, 1))

    def _encode_windows(
        self, motion: Motion, starts: Sequence[int], frames: int, progress: Progress | None
    ) -> np.ndarray:
        """(n, 512) latents of the windows that begin at `starts`."""
        step, networks = progress or no_progress, self._ready()
        shortest, fps = self.pack.frames[0], self.pack.fps
        ahead = self.pack.pose_format.heading == AHEAD
        latents = []
        for first in range(0, len(starts), _BATCH):
            step("Reading the motion", first / len(starts))
            windows = (window(motion, at, frames, shortest, fps, ahead) for at in starts[first : first + _BATCH])
            tensors = np.stack([to_pose_tensor(w, self.pack.pose_format) for w in windows])
            latents.append(networks.encode(tensors))
        step("Reading the motion", 1.0)
        return np.concatenate(latents)

    def _raw(self, latents: np.ndarray, frames: int) -> list[Motion]:
        """What the decoder makes of latents (n, 512), at the length asked for."""
        networks, frames = self._ready(), checked_frames(frames)
        latents = np.stack([self.checked_latent(latent) for latent in latents])
        shortest, longest = self.pack.frames
        window_frames = min(max(frames, shortest), longest)
        motions = []
        for start in range(0, len(latents), _BATCH):
            tensors = networks.decode(latents[start : start + _BATCH], window_frames)
            for poses in tensors:
                motion = first = self.motion_of(poses)
                while len(motion) < frames:
                    motion = motion.fade_into(first, _SEAM_FRAMES)
                motions.append(motion.crop(0, frames))
        return motions

    def motion_of(self, poses: np.ndarray) -> Motion:
        """The motion of a pose tensor (T, rows, 6) of the pack's format, as raw as the decoder makes it.

        What the format leaves open is made up: a heading that tells nothing is turned ahead, and a body of which
        nothing tells how high it is stands, crouches or lies on the floor.
        """
        pose_format = self.pack.pose_format
        motion = from_pose_tensor(poses, pose_format, self.pack.fps)
        if pose_format.heading != AHEAD:
            motion = motion.turned(-float(heading(motion.rotations[0, 0])))
        return motion if pose_format.tells_the_way else keep_on_floor(motion, self.body)

    def _standing(self, motion: Motion) -> Motion:
        """With relaxed hands, feet that keep their place, and on the floor."""
        return put_on_floor(lock_feet(self._with_hands(motion), self.body), self.body)

    def _with_hands(self, motion: Motion) -> Motion:
        """Fingers that the pack does not move hang relaxed, not stretched as in the rest pose."""
        still = [i for i, name in enumerate(HAND_JOINTS) if name not in self.pack.joints]
        if not still:
            return motion
        rotations = motion.rotations.copy()
        relaxed = rot.axis_angle_to_quat(self.body.relaxed_hands)
        rotations[:, [INDEX[HAND_JOINTS[i]] for i in still]] = relaxed[still]
        return replace(motion, rotations=rotations)
