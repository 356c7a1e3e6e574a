"""Runs the text and the image tower of OpenAI's CLIP in numpy, from weights files that users have.

Radford et al., "Learning transferable visual models from natural language supervision" (ICML 2021): a transformer with
a causal mask over byte pairs (section 2.4), and a vision transformer (Dosovitskiy et al., ICLR 2021). Both return
unnormalised embeddings, which MotionCLIP's decoder takes. The names of the weights are OpenAI's, which open_clip keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..pack import ImageSpec
from .clip_tokenizer import CONTEXT, VOCABULARY, BytePairs
from .image_tower import ImageTower
from .layers import Activation, Norm, ResidualLayer, gelu, quick_gelu
from .tensors import DamagedFile, TensorError, Weights
from .tensors import read_tensors as read_safetensors
from .torch_file import is_torch_file, read_tensors

_HEAD_WIDTH = 64
_BATCH = 32  # prompts that go through the tower at once: bounds memory
_MOST_NAMED = 3  # tensors that a message names

_IMAGE = "visual."
_BESIDE = {"logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size", "attn_mask"}
"""Entries of files beside the towers' weights."""

_AROUND = ("", "state_dict.", "state_dict.module.", "module.", "model.")
"""Prefixes that training programs put before all names."""


@dataclass(frozen=True)
class ClipSize:
    """The sizes of a CLIP in the words of open_clip's configurations.

    width: of the space that both towers embed in.
    text_width, text_layers: of the text tower; heads are 64 wide.
    image: of the image tower.
    quick_gelu: whether GELU is OpenAI's approximation of it.
    """

    width: int
    text_width: int
    text_layers: int
    image: ImageSpec
    quick_gelu: bool
    context: int = CONTEXT
    vocabulary: int = VOCABULARY

    @property
    def activation(self) -> Activation:
        return quick_gelu if self.quick_gelu else gelu


_VIT_B_32 = ImageSpec(image_size=224, layers=12, width=768, head_width=_HEAD_WIDTH, patch_size=32)
SIZES = {
    "ViT-B-32-quickgelu": ClipSize(512, 512, 12, _VIT_B_32, quick_gelu=True),
    "ViT-B-32": ClipSize(512, 512, 12, _VIT_B_32, quick_gelu=False),
}
"""Sizes by open_clip's names. OpenAI's own weights belong to the first."""


def size_of(model: str) -> ClipSize:
    """Returns the sizes of a model by its name in open_clip. Raises `UserError` for one that is not known here."""
    if model not in SIZES:
        raise UserError(f"The CLIP {model} is not one of {', '.join(SIZES)}; choose another pack, or update.")
    return SIZES[model]


def load_text_tower(path: Path, model: str) -> TextTower:
    """Loads the text tower of a file. Raises `UserError` as `clip_arrays`, and when the extension is damaged."""
    arrays = clip_arrays(path, model, image=False)
    with _Told(path, model):
        return TextTower(Weights(arrays), load_tokenizer(), size_of(model))


def load_image_tower(path: Path, model: str) -> ImageTower:
    """Loads the image tower of a file. Raises `UserError` as `clip_arrays`."""
    arrays, size = clip_arrays(path, model, image=True), size_of(model)
    with _Told(path, model):
        return ImageTower(Weights(arrays, _IMAGE), size.image, size.width, size.activation)


def load_tokenizer() -> BytePairs:
    """Loads CLIP's vocabulary. Raises `UserError` when the extension is damaged."""
    try:
        return BytePairs.load()
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"CLIP's vocabulary is missing or damaged ({error}); install the extension again.") from error


def clip_arrays(path: Path, model: str, image: bool | None = None) -> dict[str, np.ndarray]:
    """Reads the weights of a CLIP from a file as they are stored, by OpenAI's names.

    Raises `UserError` for a file that is missing, damaged, of another format, or of another model; the message names
    the tensors that are missing, unknown or of another shape.
    path: OpenAI's archive, a state dictionary of PyTorch's, or a safetensors file of open_clip's.
    model: its name in open_clip.
    image: True reads only the image tower, False only the text tower; by default both are read.
    """
    path, wanted = Path(path), expected_shapes(size_of(model))
    names: dict[str, str] = {}

    def choose(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
        around = next((a for a in _AROUND if f"{a}token_embedding.weight" in shapes), "")
        found = {name.removeprefix(around): shape for name, shape in shapes.items() if name.startswith(around)}
        if problem := _difference(found, wanted):
            raise UserError(f"{path} is not the CLIP {model}: {problem}; choose its own file.")
        names.update({around + name: name for name in wanted if image in (None, name.startswith(_IMAGE))})
        return list(names)

    with _Told(path, model):
        if is_torch_file(path):
            arrays = read_tensors(path, choose)
        else:
            stored = read_safetensors(path)
            # copies, for views would keep the whole file in memory
            arrays = {name: stored[name].copy() for name in choose({n: array.shape for n, array in stored.items()})}
    for name, array in arrays.items():
        if array.dtype.kind != "f":
            raise UserError(f"{path} is not the CLIP {model}: {names[name]} holds whole numbers; choose its own file.")
    return {names[name]: array for name, array in arrays.items()}


def expected_shapes(size: ClipSize) -> dict[str, tuple[int, ...]]:
    """Returns the shapes of all weights of a CLIP, by OpenAI's names."""
    image, text = size.image, size.text_width
    patches = (image.image_size // image.patch_size) ** 2
    found = {
        "visual.conv1.weight": (image.width, 3, image.patch_size, image.patch_size),
        "visual.class_embedding": (image.width,),
        "visual.positional_embedding": (patches + 1, image.width),
        "visual.proj": (image.width, size.width),
        "token_embedding.weight": (size.vocabulary, text),
        "positional_embedding": (size.context, text),
        "text_projection": (text, size.width),
    }
    norms = [("visual.ln_pre", image.width), ("visual.ln_post", image.width), ("ln_final", text)]
    for tower, width, layers in ((_IMAGE, image.width, image.layers), ("", text, size.text_layers)):
        for i in range(layers):
            layer = f"{tower}transformer.resblocks.{i}"
            norms += [(f"{layer}.ln_1", width), (f"{layer}.ln_2", width)]
            found |= {f"{layer}.attn.in_proj_weight": (3 * width, width), f"{layer}.attn.in_proj_bias": (3 * width,)}
            for name, out, into in (("attn.out_proj", 1, 1), ("mlp.c_fc", 4, 1), ("mlp.c_proj", 1, 4)):
                found |= {f"{layer}.{name}.weight": (out * width, into * width), f"{layer}.{name}.bias": (out * width,)}
    return found | {f"{norm}.{kind}": (width,) for norm, width in norms for kind in ("weight", "bias")}


def _difference(found: Mapping[str, tuple[int, ...]], wanted: Mapping[str, tuple[int, ...]]) -> str:
    """Says what is wrong with the tensors of a file; empty if nothing is."""
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted and name not in _BESIDE]
    other = [name for name, shape in wanted.items() if found.get(name, shape) != shape]
    if missing:
        return f"it lacks {_listed(missing)}"
    if other:
        return f"{other[0]} is {found[other[0]]}, not {wanted[other[0]]}"
    return f"it has {_listed(unknown)}, which that CLIP lacks" if unknown else ""


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


class TextTower:
    """Encodes prompts as unnormalised embeddings, as MotionCLIP's decoder takes them."""

    def __init__(self, weights: Weights, tokenizer: BytePairs, size: ClipSize) -> None:
        """Raises `TensorError` for weights of another tower."""
        width = size.text_width
        self._tokenizer, self._context = tokenizer, size.context
        # a prompt uses about ten of fifty thousand rows, so rows are converted to float32 when they are looked up
        self._words = weights.looked_up("token_embedding.weight", size.vocabulary, width)
        self._positions = weights.float32("positional_embedding", size.context, width)
        self._layers = [
            ResidualLayer(
                weights.within(f"transformer.resblocks.{i}"), width, width // _HEAD_WIDTH, size.activation, causal=True
            )
            for i in range(size.text_layers)
        ]
        self._norm = Norm.of(weights, "ln_final", width)
        self._projection = weights.float32("text_projection", width, size.width)

    def __call__(self, prompts: Sequence[str]) -> np.ndarray:
        """Returns (n, width) float32. Prompts of similar length are read together, so that there is little padding."""
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        out = np.empty((len(prompts), self._projection.shape[1]), np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            out[part] = self.read(self._tokenizer.batch([prompts[i] for i in part], self._context))
        return out

    def left_out(self, prompt: str) -> int:
        """Returns how many tokens of a prompt are not read, because it is too long."""
        return self._tokenizer.left_out(prompt, self._context)

    def read(self, tokens: np.ndarray) -> np.ndarray:
        """Returns (n, width) of token ids (n, T): the output at the token that ends each row.

        The tokens after that one are padding, which no earlier token reads.
        """
        x = self._words[tokens].astype(np.float32)
        x += self._positions[: tokens.shape[1]]
        for layer in self._layers:
            layer(x)
        ends = tokens.argmax(axis=1)  # the end is the last token of the vocabulary
        return self._norm(x[np.arange(len(x)), ends]) @ self._projection


class _Told:
    """Converts errors about a file's weights to `UserError`."""

    def __init__(self, path: Path, model: str) -> None:
        self._path, self._model = path, model

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise UserError(f"{self._path} cannot be read ({error.strerror or error}); choose another file.") from error
        if isinstance(error, DamagedFile):
            raise UserError(
                f"{self._path} is damaged, or no file of CLIP's weights ({error}); choose ViT-B-32.pt or "
                "open_clip_model.safetensors."
            ) from error
        if isinstance(error, TensorError):
            raise UserError(f"{self._path} is not the CLIP {self._model} ({error}); choose its own file.") from error
