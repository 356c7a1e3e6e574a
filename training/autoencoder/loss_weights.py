"""Holds the weights of the loss terms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LossWeights:
    """The weights of the loss terms.

    poses, pose_velocities: of equation 1, means over all rows of the pose. The paper's poses have no row of the root's
        path; the released code's do, and it counts here. The paper weights them and `vertices` equally, and text and
        image by 0.01; its code uses 100 and 1.
    rotations, velocities: the same for the joints' rows alone.
    height, travel, speed: of the pelvis' height, its place on the ground (metres, robust) and its step per frame. In
        the released code they are a row of the pose, but metres of travel need a scale of their own.
    length: of the latents' length, which the cosines do not determine, but the decoder depends on.
    contrast: of distinguishing a motion's own caption from the others of the batch.
    naming: of distinguishing the name of its class from all names. Neither is in the paper; 0 leaves them out.
    """

    poses: float = 0.0
    pose_velocities: float = 0.0
    rotations: float = 200.0
    vertices: float = 600.0
    velocities: float = 100.0
    height: float = 100.0
    travel: float = 5.0
    speed: float = 500.0
    text: float = 3.0
    image: float = 1.0
    length: float = 1.0
    contrast: float = 0.5
    naming: float = 0.5
