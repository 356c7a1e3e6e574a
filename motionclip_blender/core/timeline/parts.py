"""Keeps the motions of segments, so that a segment that did not change is never decoded again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..cleanup.foot_locking import on_floor
from ..cleanup.seams import ground_poses
from ..kept import Kept

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion
    from ..prompt_plan.told import Step

_MOST_FRAMES = 20_000  # of all that is kept for an engine, about 70 MB


@dataclass(frozen=True, eq=False)
class Part:
    """The motion of a segment, on the floor.

    poses: (T, 22, 3), see `seams.ground_poses`. notes, steps: as in `recipe.content.Decoded`.
    """

    motion: Motion
    poses: np.ndarray
    notes: Sequence[str]
    steps: Sequence[Step]

    @classmethod
    def of(cls, engine: Engine, motion: Motion, notes: Sequence[str], steps: Sequence[Step]) -> Part:
        """Puts a decoded motion on the floor."""
        motion = on_floor(motion, engine.body)
        return cls(motion, ground_poses(motion, engine.body), notes, steps)

    def __len__(self) -> int:
        return len(self.motion)


_parts: Kept[Engine, Part] = Kept(_MOST_FRAMES, len)


def forget(engine: Engine) -> None:
    """Drops all that is kept for an engine."""
    _parts.forget(engine)


def kept(engine: Engine, key: Hashable, make: Callable[[], Part]) -> Part:
    """Returns the part that is kept under `key`, and makes it first where there is none.

    key: all that determines the motion beside the engine. For any thread.
    """
    return _parts.of(engine, key, make)
