"""Runs the clean-up from the decoder's output to the motion that is keyed: every step once, in one order.

1. Joins windows (`windows`) and combines several motions: mixed along the clip (`mixing`), or the upper body of one
   over the lower body of another (`recipe.composition`). First, so that all later steps see one motion of one person.
2. Puts the lowest point on the floor in every frame, if the pack does not store the body's height. Before all steps
   that use heights.
3. Chooses and closes a loop (`loop`). Before the feet, whose places at the seam depend on it.
4. Relaxes fingers that nothing moves (`hands`), and lays hands flat that stand on the floor (`palms`). Before the
   floor, which hands may touch.
5. Bends the arms so that hands that touch still do on the body that is keyed (`retarget.touching`), if requested.
   After the fingers, which are a part of the hand, and before the floor, as 4.
6. Keeps feet in place while they stand (`foot_locking`), in a loop from round to round. Before the floor, because legs
   bend and soles rise.
7. Puts the body on the floor: frame by frame, smoothed; a loop as a whole, because its ends must meet.
8. Removes the path over the ground, if requested. After the feet, because feet slide in a walk in place.
9. Resamples to the requested rate and length. Last, because feet are held in frames that the network made, not in
   interpolated ones.

Lengths of limbs and soles are those of the body that is keyed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..prompt import MAX_FRAMES, MIN_FRAMES
from .foot_locking import keep_on_floor, lock_feet, on_floor, put_on_floor
from .hands import relaxed_where_stretched
from .loop import LONGER, best_loop, closed, ending_as_begun, in_place, within_rounds
from .palms import with_palms_down
from .windows import joined

if TYPE_CHECKING:
    from ..engine import Engine
    from ..fitted_body import Standing
    from ..motion import Motion
    from ..pack import Pack

_LOOP_CHOICE = 1.6  # frames that are decoded to choose a loop from, relative to its length
_TIE = 1e-9


@dataclass(frozen=True)
class CleanUp:
    """The requested form of a motion, and the steps to it.

    pack: the pack that made the motion.
    body: the body that is keyed.
    frames, fps: the requested length and rate.
    loop: whether the last frame flows into the first.
    in_place: whether the path over the ground is removed.
    touches: returns a motion with the touches of its hands kept on the body that is keyed; None to keep none.
    """

    pack: Pack
    body: Standing
    frames: int
    fps: float
    loop: bool = False
    in_place: bool = False
    touches: Callable[[Motion], Motion] | None = None

    @property
    def length(self) -> int:
        """Counts the frames to make at the pack's rate. The last may go beyond, except in a loop."""
        if self.loop:
            return max(round(self.frames / self.fps * self.pack.fps), MIN_FRAMES)
        seconds = (self.frames - 1) / self.fps
        return max(math.ceil(seconds * self.pack.fps - _TIE) + 1, MIN_FRAMES)

    @property
    def decoded_length(self) -> int:
        """Counts the frames to decode of a single latent: for a loop more than its length, to choose from."""
        if not self.loop:
            return self.length
        needed = int(np.ceil(LONGER * self.length)) + 1
        longest = max(self.pack.frames[1], needed)  # within one window there is no fade to cut into
        return max(min(max(int(_LOOP_CHOICE * self.length), needed), longest, MAX_FRAMES), self.length)

    def __call__(self, motion: Motion, choose: bool = False) -> Motion:
        """Applies all steps after the combination to `motion`. choose: whether a loop may be a part of it."""
        if not self.pack.pose_format.tells_the_way:
            motion = keep_on_floor(motion, self.body)
        if self.loop:
            motion = best_loop(motion, self.length) if choose else closed(motion)
        motion = relaxed_where_stretched(motion, self.body.relaxed_hands, self.pack.joints)
        if self.pack.pose_format.tells_the_way:  # else every frame has been put on the floor already
            motion = with_palms_down(motion, self.body)
        if self.touches is not None:
            motion = self.touches(motion)
        if self.loop:
            motion = on_floor(within_rounds(motion, lambda rounds: lock_feet(rounds, self.body)), self.body)
        else:
            motion = put_on_floor(lock_feet(motion, self.body), self.body)
        if self.in_place:
            motion = in_place(motion, loop=self.loop)
        return self._at_rate(motion)

    def _at_rate(self, motion: Motion) -> Motion:
        if self.loop and motion.fps != self.fps:  # a round, which ends with the first frame of the next one
            motion = replace(ending_as_begun(motion), fps=len(motion) * self.fps / self.frames)
        return motion.resample(self.fps).crop(0, self.frames)


def motions_of(
    engine: Engine, latents: np.ndarray, frames: int, loop: bool = False, body: Standing | None = None
) -> list[Motion]:
    """Decodes latents (n, D) together and cleans up the motions, `frames` frames each at the pack's rate.

    body: the body that is keyed, by default the engine's.
    """
    clean_up = CleanUp(engine.pack, body or engine.body, frames, engine.pack.fps, loop)
    return [clean_up(motion, choose=True) for motion in joined(engine, latents, clean_up.decoded_length)]
