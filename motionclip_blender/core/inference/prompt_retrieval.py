"""Moves prompts onto the wordings that a decoder was trained on.

A prompt between the wordings of several motions would be decoded to their mean: a walk of half the stride whose feet
slide. Therefore a prompt is answered from the wordings of the one motion that it is most similar to: kernel regression
with the captions as examples (Nadaraya 1964, Watson 1964), one step of attention over them. A known wording is left
unchanged. This goes beyond the paper, whose decoder takes the embedding itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from ..latents.arithmetic import normalised
from .nearest_motion import Near, NearestMotions

_CLASS = 0.7  # weight in a wording's key of its class's name, and of its class's mean
_SHARPNESS = 0.02  # kernel width in cosines: a wording that is several widths less similar has no weight
_LEVELS = 16  # the values of four bits
_REACH = 2.7  # standard deviations that the levels cover: least error for normally distributed numbers, 11 %


class PromptRetrieval:
    """Known wordings: keys to compare prompts with, and their embeddings.

    In a pack a wording takes half a byte for each of its D numbers. Raises `ValueError` if the arrays do not fit
    together.
    codes: (n, D / 2) uint8, two numbers in each, the earlier in the lower half.
    steps, mean: (D,); a level k of 0 to 15 stands for (k - 7.5) steps from the mean.
    motions: (n,) which of M motions each wording describes.
    classes: (M,) which of C classes each motion belongs to.
    names: (C, D) embeddings of the names of classes.
    """

    PREFIX = "prompts."
    """Prefix of the names of its arrays in a pack."""

    def __init__(
        self,
        codes: np.ndarray,
        steps: np.ndarray,
        mean: np.ndarray,
        motions: np.ndarray,
        classes: np.ndarray,
        names: np.ndarray,
    ) -> None:
        width = 2 * codes.shape[-1]
        fits = codes.dtype == np.uint8 and codes.ndim == 2 and codes.size and steps.shape == mean.shape == (width,)
        if not (fits and names.shape[1:] == (width,) and motions.shape == codes.shape[:1] and classes.ndim == 1):
            raise ValueError("the arrays of the known wordings do not fit together")
        for indices, of in ((motions, classes), (classes, names)):
            if not len(indices) or indices.min() < 0 or indices.max() >= len(of):
                raise ValueError("a known wording is of no known motion or class")
        self._kept = {
            "codes": codes,
            "steps": steps,
            "mean": mean,
            "motions": motions,
            "classes": classes,
            "names": names,
        }
        self._codes, self._steps, self._mean = codes, steps.astype(np.float32), mean.astype(np.float32)
        self._motions = motions
        values, of_class = self._values(slice(None)), classes[motions]
        means = [values[of_class == i].sum(axis=0) for i in range(len(names))]
        told = normalised(names.astype(np.float32) - self._mean) + normalised(np.stack(means))
        self.directions = normalised(values)
        """The directions of the wordings from their mean, (n, D) float32, each of length 1."""
        self.directions.setflags(write=False)
        self._keys = normalised(self.directions + _CLASS * told[of_class])

    @classmethod
    def of(
        cls, wordings: np.ndarray, motions: Sequence[int], classes: Sequence[int], names: np.ndarray
    ) -> PromptRetrieval:
        """Makes the retrieval of embeddings (n, D) of wordings, and (C, D) of the names of classes."""
        mean = wordings.mean(axis=0).astype(np.float16)
        steps = (2 * _REACH / _LEVELS * wordings.std(axis=0) + 1e-7).astype(np.float16)
        levels = np.floor((wordings - mean) / steps.astype(np.float32)) + _LEVELS // 2
        levels = levels.clip(0, _LEVELS - 1).astype(np.uint8)
        codes = levels[:, ::2] | levels[:, 1::2] << 4
        played, of_class = (np.asarray(numbers, np.int16) for numbers in (motions, classes))
        return cls(codes, steps, mean, played, of_class, names.astype(np.float16))

    def recall(self, embeddings: np.ndarray) -> np.ndarray:
        """Returns the known embeddings that texts at `embeddings` (n, D) are moved to, (n, D) float32."""
        return np.stack([self._answer(alike) for alike in normalised(embeddings - self._mean) @ self._keys.T])

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def width(self) -> int:
        """D, the width of the latents."""
        return len(self._mean)

    @property
    def motions(self) -> np.ndarray:
        """(n,) index of the motion, of M, that each wording describes."""
        return self._motions

    @property
    def classes(self) -> np.ndarray:
        """(M,) index of the class, of C, that each motion belongs to."""
        return self._kept["classes"]

    @cached_property
    def _nearest(self) -> NearestMotions:
        return NearestMotions(self.directions, self._motions)

    def nearest(self, latents: np.ndarray) -> list[Near]:
        """Returns the motion whose wordings each of latents (n, D) lies nearest to. What was asked last is kept."""
        return self._nearest.of(self.direction(latents))

    def direction(self, embeddings: np.ndarray) -> np.ndarray:
        """Returns the directions of texts at `embeddings` (n, D) from the same mean, (n, D), each of length 1."""
        return normalised(embeddings - self._mean)

    def latent(self, motion: int, alike: np.ndarray | None = None) -> np.ndarray:
        """Returns the embedding of a motion as a mean of its wordings', (D,) float32.

        alike: (n,) similarity of a text to each wording, which weights the mean; by default all of the motion's
            wordings have equal weights.
        """
        of_motion = np.flatnonzero(self._motions == motion)
        shares = np.full(len(of_motion), 1 / len(of_motion), np.float32)
        if alike is not None:
            weights = np.exp((alike[of_motion] - alike[of_motion].max()) / _SHARPNESS)
            shares = (weights / weights.sum()).astype(np.float32)
        return shares @ self._values(of_motion) + self._mean

    def motion_of(self, embedding: np.ndarray) -> int:
        """Returns the motion that a text at `embedding` (D,) is most similar to."""
        return self._most_alike(normalised(embedding - self._mean) @ self._keys.T)

    def _most_alike(self, alike: np.ndarray) -> int:
        weights = np.exp((alike - alike.max()) / _SHARPNESS)
        return int(np.bincount(self._motions, weights).argmax())

    def _answer(self, alike: np.ndarray) -> np.ndarray:
        """Returns the embedding (D,) for one text, given its cosines (n,) to the wordings."""
        motion = self._most_alike(alike)
        return self.latent(motion, alike)

    def _values(self, which: slice | np.ndarray) -> np.ndarray:
        """Returns the embeddings of wordings relative to the mean, (n, D) float32."""
        codes = self._codes[which]
        levels = np.stack((codes & 15, codes >> 4), axis=-1).reshape(len(codes), -1)
        return (levels.astype(np.float32) - (_LEVELS - 1) / 2) * self._steps

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays that a pack keeps, by name."""
        return {self.PREFIX + name: array for name, array in self._kept.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> PromptRetrieval:
        """Makes the retrieval of a pack's `arrays`. Raises `ValueError` for a missing or unknown array."""
        try:
            return cls(**{name.removeprefix(cls.PREFIX): array for name, array in arrays.items()})
        except TypeError as error:
            raise ValueError("an array of the known wordings is missing, or one too many") from error
