"""Makes motions longer than the decoder's longest window: cross-fades windows into each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..prompt import checked_frames

if TYPE_CHECKING:
    from ..engine import Engine
    from ..motion import Motion

_SEAM_FRAMES = 10  # frames over which one window fades into the next, a third of a second


def joined(engine: Engine, latents: np.ndarray, frames: int) -> list[Motion]:
    """Decodes latents (n, D) to raw motions of `frames` frames each, at the pack's rate.

    One pass of the decoder makes up to the pack's longest trained length, for all latents together. A longer motion
    continues in further windows. Raises `UserError` for an invalid length or latent.
    """
    frames, (shortest, longest) = checked_frames(frames), engine.pack.frames
    motions = []
    for first in engine.decode(latents, min(max(frames, shortest), longest)):
        motion = first
        while len(motion) < frames:
            motion = motion.fade_into(first, _SEAM_FRAMES)
        motions.append(motion.crop(0, frames))
    return motions
