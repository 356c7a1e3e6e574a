"""Loads and runs the networks of a pack in numpy."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ..clip_kinds import ClipFile, ClipSpec, OpenClip
from ..clip_weights import ClipSource, clip_file
from ..errors import UserError
from ..network_size import OfficialNetwork
from ..pack import Pack
from ..progress import Progress, no_progress
from . import clip_towers
from .class_means import ClassMeans
from .details import Details
from .image_tower import ImageTower
from .network import Decoder, Encoder
from .official import as_ours
from .openblas import fit_kernels
from .prompt_retrieval import PromptRetrieval
from .tensors import DamagedFile, TensorError, Weights, read_tensors
from .text_adapter import PREFIX as ADAPTER
from .text_adapter import TextAdapter, adapter_arrays, adapter_size
from .text_tower import WIDTH, TextTower, load_tokenizer, tower_arrays

PROJECTION = "clip.text_projection"
"""Name among a pack's weights of its projection of the text tower's output to CLIP's width."""

FROM_CLIP = "from_clip.weight"
"""Name of its projection of CLIP's space to the latents', where their widths differ."""

_PARTS = _ENCODER, _ = "encoder.", "decoder."
_CLIP = ClipSource()
_BATCH = 8  # motions that go through a network at once: they stay in the processor's cache


class TextReader(Protocol):
    """A loaded text tower."""

    def __call__(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns the embeddings of n prompts, (n, width of CLIP) float32, unnormalised."""
        ...

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt are not read, because it is too long."""
        ...


class Networks:
    """Text tower, decoder and known wordings of a pack, loaded; the encoder is built on first use.

    name: name of the library that computes.
    retrieval: the wordings that the decoder was trained on; None for a pack without them.
    details: their motions themselves; None for a pack that does not keep them.
    """

    name = "numpy"

    def __init__(self, pack: Pack, progress: Progress, clip: ClipSource = _CLIP) -> None:
        """Loads the networks. clip: where the weights of the pack's CLIP may come from, if they are not in the pack.

        Raises `UserError` when a file is missing, damaged, or of another network, and what `progress` raises.
        """
        self.pack, self._clip, self._building = pack, clip, threading.Lock()
        progress("Loading the motion model", 0.1)
        fit_kernels()
        arrays = pack_arrays(pack)
        self._from_clip = _from_clip(pack, arrays)
        self.retrieval = _retrieval(pack, arrays)
        self.details = _details(pack, self.retrieval)
        self._load(arrays)
        progress("Loading the text encoder", 0.5)
        self._text: TextReader | None = None
        if isinstance(pack.clip, ClipSpec):
            self._text = self._embedded_tower(arrays)
        else:
            try:
                self._text = self._clip_tower(clip_path(pack, clip, progress), pack.clip.model)
            except UserError as error:  # motions can be encoded and decoded without it; only `texts` raises it
                self._no_text = error
        progress("Loaded", 1.0)

    def _load(self, arrays: dict[str, np.ndarray]) -> None:
        """Builds the decoder from a pack's arrays. Keeps the encoder's arrays until it is needed."""
        arrays = network_arrays(self.pack, arrays)
        with _Of(self.pack.weights_path):
            weights = Weights(arrays, "decoder.")
            self._decoder = Decoder(weights, self.pack.network_size)
            weights.check_all_used()
        own = {name: array for name, array in arrays.items() if name.startswith(_ENCODER)}
        # views would keep the whole file in memory; the decoder of a released network does so anyway
        self._encoder_arrays = (
            own
            if isinstance(self.pack.network, OfficialNetwork)
            else {name: array.copy() for name, array in own.items()}
        )
        self._encoder: Encoder | None = None

    def _embedded_tower(self, arrays: dict[str, np.ndarray]) -> TextReader:
        """Loads the tower that ships with the extension, with the projection and the adapter of a pack's arrays."""
        clip = self.pack.clip
        assert isinstance(clip, ClipSpec)
        of_tower, adapter = tower_arrays(clip), None
        if own := text_adapter(self.pack, arrays):
            assert clip.adapter is not None
            with _Of(self.pack.weights_path):
                adapter = TextAdapter(Weights(own), clip.adapter, WIDTH)
        return TextTower(of_tower, load_tokenizer(), projection(self.pack, arrays), clip.context_length, adapter)

    def _clip_tower(self, path: Path, model: str) -> TextReader:
        """Loads the tower from a file of CLIP's weights."""
        return clip_towers.load_text_tower(path, model)

    def texts(self, prompts: Sequence[str]) -> np.ndarray:
        """Encodes n prompts in the latents' space, (n, latent) float32, unnormalised. Raises `UserError` if CLIP's
        weights are missing."""
        if self._text is None:  # tries again in case they arrived; downloads nothing, as nobody could cancel it
            try:
                here = replace(self._clip, allowed=False)
                self._text = self._clip_tower(clip_path(self.pack, here, no_progress), self.pack.clip.model)
            except UserError:
                raise self._no_text from None
        return self.projected(self._text(prompts))

    def projected(self, embeddings: np.ndarray) -> np.ndarray:
        """Maps embeddings of CLIP's towers, (n, width of CLIP) float32, to the latents' space, (n, latent) float32."""
        return embeddings if self._from_clip is None else embeddings @ self._from_clip.T

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt the text tower does not read, because it is too long."""
        return self._text.left_out(prompt) if self._text is not None else 0

    def decode(self, latents: np.ndarray, frames: int) -> np.ndarray:
        """Decodes latents (n, latent) float32 to pose tensors (n, frames, rows, 6) float32.

        Rows are those of the pack's `PoseFormat`, frames those of its rate.
        """
        parts = (latents[start : start + _BATCH] for start in range(0, len(latents), _BATCH))
        return np.concatenate([self._decoder(part, frames) for part in parts])

    def encode(self, poses: np.ndarray) -> np.ndarray:
        """Encodes pose tensors of one length, as `decode` returns them, (n, T, rows, 6) float32, as latents (n, latent)
        float32."""
        with self._building:
            if self._encoder is None:
                with _Of(self.pack.weights_path):
                    weights = Weights(self._encoder_arrays, _ENCODER)
                    self._encoder = Encoder(weights, self.pack.network_size)
                    weights.check_all_used()
                self._encoder_arrays = {}
        parts = (poses[start : start + _BATCH] for start in range(0, len(poses), _BATCH))
        return np.concatenate([self._encoder(part) for part in parts])


def load_image_tower(pack: Pack, clip: ClipSource = _CLIP) -> ImageTower:
    """Loads the pack's image tower, or its CLIP's. Raises `UserError` when it has none, or a file is missing or
    damaged."""
    if pack.image is None and not isinstance(pack.clip, ClipSpec):
        return clip_towers.load_image_tower(clip_path(pack, clip, no_progress), pack.clip.model)
    if pack.image is None:
        raise UserError(f"The pack {pack.name} cannot read images; choose a pack with an image tower.")
    with _Of(pack.image_path):
        arrays = read_tensors(pack.image_path, pack.checksum(pack.image_path))
        return ImageTower(Weights(arrays), pack.image, pack.clip.width)


def clip_path(pack: Pack, clip: ClipSource, progress: Progress) -> Path:
    """Finds the file with the weights of a pack's CLIP, unless that is the extension's own.

    Raises `UserError` when it is not there, or cannot be fetched where that is allowed, and what `progress` raises.
    """
    if isinstance(pack.clip, ClipFile):
        return pack.folder / pack.clip.file
    assert isinstance(pack.clip, OpenClip)
    return clip_file(pack.clip.model, pack.clip.pretrained, clip, progress)


def pack_arrays(pack: Pack) -> dict[str, np.ndarray]:
    """Reads a pack's arrays, by name, in the shapes and types in which they are stored.

    Raises `UserError` for a file that is damaged or cut off.
    """
    with _Of(pack.weights_path):
        return read_tensors(pack.weights_path, pack.checksum(pack.weights_path))


def network_arrays(pack: Pack, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns those of a pack's arrays that belong to its network, in the names and shapes of the networks here.

    Raises `UserError` if they belong to another network than the pack declares.
    """
    with _Of(pack.weights_path):
        if isinstance(pack.network, OfficialNetwork):
            own = dict(arrays)
            if isinstance(pack.clip, ClipSpec):
                own = {n: array for n, array in arrays.items() if n != PROJECTION and not n.startswith(ADAPTER)}
            return as_ours(own, pack.network)
    return {name: array for name, array in arrays.items() if name.startswith(_PARTS)}


def projection(pack: Pack, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """Returns the pack's projection of the text tower's output, (width of CLIP, tower width) float32."""
    with _Of(pack.weights_path):
        return Weights(arrays).float32(PROJECTION, pack.clip.width, WIDTH)


def text_adapter(pack: Pack, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Returns the arrays of the pack's text adapter, as they are stored, without the prefix of their names; none if it
    has none.

    Raises `UserError` where the weights and `pack.json` do not agree on it.
    """
    own = adapter_arrays(arrays)
    declared = pack.clip.adapter if isinstance(pack.clip, ClipSpec) else None
    with _Of(pack.weights_path):
        if own and declared is None:
            raise TensorError("it has a text adapter, which that pack.json lacks")
        if declared is not None and (not own or adapter_size(own) != declared):
            raise TensorError("it has another text adapter" if own else "it lacks the text adapter")
    return own


def _from_clip(pack: Pack, arrays: dict[str, np.ndarray]) -> np.ndarray | None:
    """Returns the projection from CLIP's space to the latents', (latent, width of CLIP); None if both are one."""
    with _Of(pack.weights_path):
        if pack.projects:
            return Weights(arrays).float32(FROM_CLIP, pack.latent, pack.clip.width).copy()
        if FROM_CLIP in arrays:
            raise TensorError(f"it has {FROM_CLIP}, which that network lacks")
    return None


def _retrieval(pack: Pack, arrays: dict[str, np.ndarray]) -> PromptRetrieval | None:
    """Returns a pack's known wordings, whose embeddings are in the latents' space; None if it has none."""
    found = {name: array.copy() for name, array in arrays.items() if name.startswith(PromptRetrieval.PREFIX)}
    with _Of(pack.weights_path):
        made = PromptRetrieval.from_arrays(found) if found else None
        if made is not None and made.width != pack.latent:
            raise TensorError(f"its known wordings have {made.width} numbers, and its latents {pack.latent}")
    return made


def _details(pack: Pack, retrieval: PromptRetrieval | None) -> Details | None:
    path = pack.details_path
    if path.name not in pack.checksums and not path.is_file():
        return None
    with _Of(path):
        arrays = read_tensors(path, pack.checksum(path))
        if retrieval is None:
            raise TensorError("the pack has no known wordings, which its motions belong to")
        return Details(arrays, pack.frames[1], retrieval)


def load_class_means(pack: Pack) -> ClassMeans | None:
    """Returns the mean latents of a pack's classes; None for a pack without them.

    Raises `UserError` when the file is missing or damaged.
    """
    path = pack.class_means_path
    if path.name not in pack.checksums and not path.is_file():
        return None
    with _Of(path):
        return ClassMeans.of(read_tensors(path, pack.checksum(path)), pack.latent)


class _Of:
    """Converts errors about a file's weights to `UserError`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            what = f"cannot be read ({error.strerror or error})"
        elif isinstance(error, DamagedFile):
            what = f"is damaged or cut off ({error})"
        elif isinstance(error, ValueError):
            what = f"holds another network than its pack.json says ({error})"
        else:
            return
        raise UserError(f"{self._path} {what}; install the pack again.") from error
