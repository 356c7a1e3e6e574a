"""Runs a pack's model: encodes prompts, pictures and motions as latents, and decodes latents to motions.

`cleanup.pipeline` then turns decoded motions into motions that can be keyed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .body import Body
from .clip_weights import ClipSource
from .errors import UserError
from .inference.class_means import ClassMeans
from .inference.image_tower import ImageTower
from .inference.networks import Networks, load_class_means, load_image_tower
from .inference.prompt_retrieval import PromptRetrieval
from .latents.arithmetic import normalised
from .latents.window_pooling import WindowLatents, WindowPooling, window, window_starts
from .motion import Motion, frames_at, heading
from .network_size import WINDOW
from .networks import checked_compute, load_networks
from .pack import Pack
from .pose_format import AHEAD
from .pose_tensor import from_pose_tensor, to_pose_tensor
from .progress import Progress, no_progress
from .prompt import checked_prompt
from .prompt_plan.english import check_english
from .prompt_plan.language import other_language
from .prompt_plan.wording_index import TEXTS, WordingIndex
from .skeleton import BODY_JOINTS

_BATCH = 32  # windows or prompts that go through a network at once: bounds memory, and the delay of a cancel
_KEPT = 64  # cached results of `motion_latents`: a slider asks for the same ones at every step
_SHOWN = 30  # characters of a prompt that a sentence repeats


class Engine:
    """A pack ready to generate. Cheap to create; its networks load on first use or by `load`.

    D is the width of the pack's latents, 512 in the default pack.
    """

    def __init__(
        self,
        pack_folder: Path | None = None,
        body: Body | None = None,
        compute: str = "automatic",
        clip: ClipSource | None = None,
    ) -> None:
        """Loads the pack's description.

        body: the body that motions are made for, unless another one is keyed.
        compute: one of `networks.COMPUTE`.
        clip: where the weights of the pack's CLIP may come from, if they are not in the pack; by default only local
            files.
        """
        self.pack = Pack.load(pack_folder)
        self.body = body or Body.load()
        self.compute, self._clip = checked_compute(compute), clip or ClipSource()
        self._networks: Networks | None = None
        self._images: ImageTower | None = None
        self._wordings: WordingIndex | None = None
        self._class_means: ClassMeans | None = None
        self._of_texts: dict[str, np.ndarray] | None = None
        self._of_motions: dict[tuple[bool, bytes], np.ndarray] = {}
        self._loading = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._networks is not None

    @property
    def computes_by(self) -> str:
        """Name of the library that computes the networks, such as "numpy"; empty before they are loaded."""
        return self._networks.name if self._networks is not None else ""

    def load(self, progress: Progress | None = None) -> None:
        """Reads the weights and makes the networks ready. Takes a third of a second the first time, then nothing.

        Raises `UserError` when a package or a file is missing or damaged, and what `progress` raises.
        """
        self._ready(progress or no_progress)

    def _ready(self, progress: Progress = no_progress) -> Networks:
        """Returns the networks, and loads them first if needed."""
        with self._loading:
            if self._networks is None:
                self._networks = load_networks(self.pack, self.compute, progress, self._clip)
            return self._networks

    def encode_text(self, prompt: str) -> np.ndarray:
        """Returns the prompt in the latents' space, (D,) float32, unnormalised."""
        return self.encode_texts([prompt])[0]

    def encode_texts(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns prompts in the latents' space, (n, D) float32, unnormalised. Raises `UserError` for an invalid
        prompt.

        That space is CLIP's, unless the pack has a projection to latents of another width.
        """
        texts, known = [checked_prompt(prompt) for prompt in prompts], self._of_texts
        if known is None:
            return self._as_declared(self._ready().texts(texts))
        if new := [text for text in dict.fromkeys(texts) if text not in known]:
            known |= zip(new, self._as_declared(self._ready().texts(new)), strict=True)
        return np.stack([known[text] for text in texts])

    @contextmanager
    def keeping_texts(self, prompts: Sequence[str]) -> Iterator[None]:
        """Encodes each text once within the block, the prompts in one pass before it.

        Whoever reads prompts in steps asks for their texts one by one, and for some again when they are made.
        """
        self._of_texts = {}
        try:
            if prompts:
                self.encode_texts(prompts)
            yield
        finally:
            self._of_texts = None

    def prompt_latents(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns the latents that prompts are decoded from, (n, D) float32. Raises `UserError` for an invalid
        prompt.

        If the pack has prompt retrieval, a wording near those that the decoder was trained on is moved onto them
        (`inference.prompt_retrieval`). Motions and pictures are compared with `encode_texts` instead.
        """
        return self.recalled(self.encode_texts(prompts))

    def recalled(self, texts: np.ndarray) -> np.ndarray:
        """Returns the latents that prompts at `texts` (n, D) are decoded from, see `prompt_latents`."""
        retrieval = self._ready().retrieval
        return texts if retrieval is None else self._as_declared(retrieval.recall(texts))

    def cut_prompts(self, prompts: Sequence[str]) -> tuple[str, ...]:
        """Returns one sentence for each prompt that is too long for the text tower, so that its end is not read."""
        networks, said = self._ready(), []
        for prompt in prompts:
            if (left_out := networks.left_out(prompt)) > 0:
                start = prompt[:_SHOWN].rstrip()
                said.append(f'The prompt "{start}..." is too long: its last {left_out} tokens are not read.')
        return tuple(said)

    @property
    def retrieval(self) -> PromptRetrieval | None:
        """The wordings that the pack's decoder was trained on; None for a pack without them. Loads the networks."""
        return self._ready().retrieval

    @property
    def reads_steps(self) -> bool:
        """Whether the pack carries its wordings as texts, so that prompts can be read in steps. Loads the networks."""
        return self.retrieval is not None and (self.pack.folder / TEXTS).is_file()

    @property
    def wordings(self) -> WordingIndex:
        """The wordings of `retrieval` as texts, by which prompts are read in steps. Loads the networks.

        Raises `UserError` for a pack that does not carry them, or whose file of them is damaged.
        """
        retrieval = self.retrieval
        with self._loading:
            if self._wordings is None:
                self._wordings = WordingIndex.load(self.pack, retrieval)
            return self._wordings

    def check_english(self, prompt: str) -> None:
        """Raises `UserError` for a prompt in another language, as for one that is read in steps. Loads the networks.

        The wording that would answer it is near by chance. A pack that does not carry its wordings as texts may know
        other languages.
        """
        if self.reads_steps and other_language(prompt) is not None:
            check_english(self.wordings, prompt)  # takes a while the first time, and only makes more prompts English

    @property
    def class_means(self) -> ClassMeans | None:
        """What encoded motions of each class look like; None for a pack that does not say.

        Raises `UserError` when the file is damaged.
        """
        with self._loading:
            if self._class_means is None:
                self._class_means = load_class_means(self.pack)
            return self._class_means

    def done_once(self, latent: np.ndarray) -> bool | None:
        """Tells whether the motion of a latent (D,) is done once, as lying down, or goes on, as walking.

        None if the pack does not say: it carries no wordings as texts, or none is near. Raises `UserError` for damaged
        ones.
        """
        after = self.wordings.after(latent) if self.reads_steps else None
        return None if after is None else after == "hold"

    def encode_image(self, pixels: np.ndarray) -> np.ndarray:
        """Encodes an image (H, W, 3) uint8 with the pack's image tower. Returns (D,) float32 in the latents' space.

        Raises `UserError` when the pack has no image tower.
        """
        with self._loading:
            if self._images is None:
                self._images = load_image_tower(self.pack, self._clip)
        embeddings = self._images([pixels])
        return self._as_declared((self._ready().projected(embeddings) if self.pack.projects else embeddings)[0])

    def decode(self, latents: np.ndarray, frames: int) -> list[Motion]:
        """Decodes latents (n, D) in one pass to motions of `frames` frames at the pack's rate.

        Known motions are whole (`inference.details`), if the pack keeps them; else they are as the decoder makes them.
        `cleanup.pipeline.motions_of` makes longer ones that stand on the floor. Raises `UserError` for latents of
        another shape or with numbers that are not finite.
        """
        checked = np.stack([self.checked_latent(latent) for latent in latents]) if len(latents) else latents
        whole = self._known_motions(checked, frames)
        others = [i for i, motion in enumerate(whole) if motion is None]
        if others:
            made = self.with_details(checked[others], self.decode_plainly(checked[others], frames))
            for i, motion in zip(others, made, strict=True):
                whole[i] = motion
        return [motion for motion in whole if motion is not None]

    def _known_motions(self, latents: np.ndarray, frames: int) -> list[Motion | None]:
        """Returns the known motions that need no decoder, None for all other latents (n, D)."""
        details = self._ready().details
        if details is None or not set(self.pack.joints) <= set(BODY_JOINTS):  # fingers are the decoder's
            return [None] * len(latents)
        return details.alone(latents, frames, self.pack.fps)

    def with_details(self, latents: np.ndarray, motions: Sequence[Motion]) -> list[Motion]:
        """Returns what the network makes of latents (n, D) with the details of known motions, if the pack has any."""
        details = self._ready().details
        return [*motions] if details is None else details.added(np.asarray(latents, np.float32), motions)

    def plays_whole(self, latents: np.ndarray) -> list[bool]:
        """Tells of latents (n, D) whether `decode` makes a known motion of each, with nothing of the decoder's."""
        details = self._ready().details
        return [False] * len(latents) if details is None else details.whole(np.asarray(latents, np.float32))

    def decode_plainly(self, latents: np.ndarray, frames: int) -> list[Motion]:
        """Decodes as `decode`, without details: what the network makes."""
        networks, latents = self._ready(), np.stack([self.checked_latent(latent) for latent in latents])
        motions: list[Motion] = []
        for start in range(0, len(latents), _BATCH):
            motions += map(self.motion_of, networks.decode(latents[start : start + _BATCH], frames))
        return motions

    def encode(
        self, motion: Motion, pooling: WindowPooling | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Encodes a motion of any length and rate. Returns its latent, (D,) float32.

        Raises what `progress` raises, between windows.
        pooling: which of its windows count; by default the mean over all.
        """
        pooling = pooling or WindowPooling()
        frames, starts = self._windows(motion)
        chosen = pooling.chosen(starts, frames, pooling.frame * self.pack.fps / motion.fps)
        return self._as_declared(pooling.summary(self._encode_windows(motion, chosen, frames, progress)))

    def encode_together(self, motions: Sequence[Motion]) -> np.ndarray:
        """Encodes motions of one window each, of equal length and at the pack's rate, in one pass, (n, D) float32."""
        tensors = np.stack([to_pose_tensor(motion, self.pack.pose_format) for motion in motions])
        return self._as_declared(self._ready().encode(tensors))

    def encode_windows(
        self, motion: Motion, progress: Progress | None = None, longest: int = WINDOW, stride: int | None = None
    ) -> WindowLatents:
        """Returns the latents of all windows of a motion, by default half overlapping, as recognition is measured.

        longest: frames of a window, fewer if the motion has fewer. stride: frames from one to the next.
        """
        frames, starts = self._windows(motion, longest, stride)
        return WindowLatents(np.array(starts), frames, self._encode_windows(motion, starts, frames, progress))

    def motion_latents(self, latents: np.ndarray, played: bool = False) -> np.ndarray:
        """Decodes latents (n, D) and encodes the motions again, (n, D) float32. The last `_KEPT` results are cached.

        played: whether known motions are encoded as they are played. By default all are the decoder's own, of which
        sums make what shows more of their terms; blends start nearer to their ends from those that are played.
        """
        latents = np.stack([self.checked_latent(latent) for latent in latents])
        asked = {(played, latent.tobytes()): latent for latent in latents}
        known = {key: self._of_motions[key] for key in asked if key in self._of_motions}
        if new := {key: latent for key, latent in asked.items() if key not in known}:
            known |= zip(new, self._encoded_again(np.stack([*new.values()]), played), strict=True)
            self._of_motions = dict([*(self._of_motions | known).items()][-_KEPT:])
        return np.stack([known[played, latent.tobytes()] for latent in latents])

    def _encoded_again(self, latents: np.ndarray, played: bool) -> np.ndarray:
        """Does what `motion_latents` does, uncached, for latents that are checked."""
        networks, frames = self._ready(), min(WINDOW, self.pack.frames[1])
        known = self._known_motions(latents, frames) if played else [None] * len(latents)
        tensors = [None if motion is None else to_pose_tensor(motion, self.pack.pose_format) for motion in known]
        if others := [i for i, tensor in enumerate(tensors) if tensor is None]:
            for i, made in zip(others, networks.decode(latents[others], frames), strict=True):
                tensors[i] = made
        return networks.encode(np.stack([tensor for tensor in tensors if tensor is not None]))

    def checked_latent(self, latent: np.ndarray) -> np.ndarray:
        """Returns a latent as (D,) float32, as the decoder takes it. Raises `UserError` for another shape or NaN."""
        array = np.asarray(latent, np.float32)
        width = self.pack.latent
        if array.shape != (width,):
            raise UserError(f"A latent of this pack is {width} numbers, not {array.shape}; make it with this pack.")
        if not np.isfinite(array).all():
            raise UserError("The latent holds numbers that are not finite; make it anew.")
        return self._as_declared(array)

    def _as_declared(self, latents: np.ndarray) -> np.ndarray:
        """Returns latents (..., D) as the pack declares that its decoder takes them: normalised, or unchanged."""
        return normalised(latents) if self.pack.normalised else latents

    def _windows(self, motion: Motion, longest: int = WINDOW, stride: int | None = None) -> tuple[int, list[int]]:
        """Returns the frames of each window of a motion at the pack's rate, and the windows' starts."""
        length = frames_at(motion, self.pack.fps)
        frames = min(longest, self.pack.frames[1], length)
        return frames, window_starts(length, frames, stride or max(frames // 2, 1))

    def _encode_windows(
        self, motion: Motion, starts: Sequence[int], frames: int, progress: Progress | None
    ) -> np.ndarray:
        """Returns the (n, D) latents of the windows that begin at `starts`."""
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

    def motion_of(self, poses: np.ndarray) -> Motion:
        """Returns the motion of a pose tensor (T, rows, 6) in the pack's format, without any clean-up.

        If the format's headings are as recorded, the motion is turned to face ahead. If the format does not hold the
        body's height, the body stays at one height; `cleanup.pipeline` puts it on the floor.
        """
        motion = from_pose_tensor(poses, self.pack.pose_format, self.pack.fps)
        if self.pack.pose_format.heading == AHEAD:
            return motion
        return motion.turned(-float(heading(motion.rotations[0, 0])))
