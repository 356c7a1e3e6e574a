"""A checkpoint of the released layout that makes one pose of any prompt: somebody who crouches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.pose_format import OFFICIAL
from motionclip_blender.core.pose_tensor import to_pose_tensor
from motionclip_blender.core.skeleton import INDEX
from tests.official import Official


def crouching(heading: float) -> Motion:
    """Who crouches with bent knees, arms down, and faces `heading` radians to the left of +Z."""
    angles = np.zeros((60, 55, 3))
    for side, sign in (("left", 1), ("right", -1)):
        angles[:, INDEX[f"{side}_hip"], 0] = -1.2
        angles[:, INDEX[f"{side}_knee"], 0] = 1.8
        angles[:, INDEX[f"{side}_ankle"], 0] = -0.6
        angles[:, INDEX[f"{side}_shoulder"], 2] = -1.3 * sign
    return Motion(rot.axis_angle_to_quat(angles), np.zeros((60, 3))).turned(heading)


def that_makes(motion: Motion, path: Path, **sizes: int) -> Path:
    """Writes a checkpoint whose decoder makes the first pose of `motion` of any latent, whatever its seeded layers say.

    sizes: as of `Official`; the published ones where none are given.
    """
    network = Official(seed=3, **sizes)
    network.decoder.finallayer.weight.zero_()
    network.decoder.finallayer.bias.copy_(torch.from_numpy(to_pose_tensor(motion, OFFICIAL)[0].reshape(-1)))
    return network.save(path)
