"""Decides which frames are rendered and divides them into units, from the seed alone, before rendering begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from motionclip_blender.core.errors import UserError

from .looks import Looks
from .motions import Captions, Motions


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit of work: the frames of one shard, with all data that a worker needs to render them.

    number: of the shard. frames: the JSON of each frame: key, motion, frame, fps, seconds, seed, caption (may be None),
    floor, look. rotations: (n, 55, 4), translation: (n, 3): the poses, see `Motion`.
    skipped: motions that could not be read, and why; they have no frame here.
    """

    number: int
    frames: list[dict]
    rotations: np.ndarray
    translation: np.ndarray
    skipped: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plan:
    """All frames of a run: every motion once in a shuffled order, then every motion again in another order, and so on.

    So every shard holds many motions, and the first frames are a fair sample of all.
    """

    motions: Motions
    captions: Captions
    looks: Looks
    seed: int
    per_motion: int
    limit: int | None
    shard: int

    def __len__(self) -> int:
        total = self.per_motion * len(self.motions.names)
        return total if self.limit is None else min(total, self.limit)

    @property
    def units(self) -> int:
        """Number of units."""
        return -(-len(self) // self.shard)

    def size(self, number: int) -> int:
        """Returns the number of frames of unit `number`, including those of unreadable motions."""
        return min(self.shard, len(self) - number * self.shard)

    def named(self, number: int) -> list[tuple[str, str]]:
        """Returns the key and the motion of each frame of unit `number`, without reading any file."""
        return [(_key(index), name) for index, name, _turn in self._places(number)]

    def _places(self, number: int) -> Iterator[tuple[int, str, int]]:
        """Yields for each frame of a unit its index, its motion, and how many rounds over all motions precede it."""
        orders: dict[int, np.ndarray] = {}
        first = number * self.shard
        for index in range(first, first + self.size(number)):
            turn, place = divmod(index, len(self.motions.names))
            if turn not in orders:
                orders[turn] = np.random.default_rng([self.seed, turn]).permutation(len(self.motions.names))
            yield index, self.motions.names[orders[turn][place]], turn

    def unit(self, number: int) -> Unit:
        """Draws the frames of unit `number` and loads their poses."""
        frames, poses, skipped = [], [], {}
        for index, name, turn in self._places(number):
            try:
                frame, pose = self._frame(index, name, turn)
            except UserError as error:
                skipped[name] = str(error)
                continue
            frames.append(frame)
            poses.append(pose)
        rotations = np.array([rotation for rotation, _ in poses], np.float32).reshape(-1, 55, 4)
        translation = np.array([place for _, place in poses], np.float32).reshape(-1, 3)
        return Unit(number, frames, rotations, translation, skipped)

    def _frame(self, index: int, name: str, turn: int) -> tuple[dict, tuple[np.ndarray, np.ndarray]]:
        # seeded by name, so that a motion's frames don't depend on the others; 53 bits are exact in every JSON reader
        of_motion = np.random.SeedSequence([self.seed, zlib.crc32(name.encode()), turn])
        seed = int(of_motion.generate_state(1, np.uint64)[0] >> np.uint64(11))
        pick, words, look = (np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(3))
        clip = self.motions.load(name)
        frame = int(pick.integers(len(clip.motion)))
        seconds = frame / clip.motion.fps
        captions = self.captions.at(name, seconds)
        told = {
            "key": _key(index),
            "motion": name,
            "frame": frame,
            "fps": clip.motion.fps,
            "seconds": round(seconds, 4),
            "seed": seed,
            "caption": captions[words.integers(len(captions))] if captions else None,
            "floor": clip.floor,
            "look": self.looks.draw(look).as_json(),
        }
        return told, (clip.motion.rotations[frame], clip.motion.translation[frame])


def _key(index: int) -> str:
    return f"{index:08d}"
