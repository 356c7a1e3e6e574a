"""What a frame of a pack's pose tensor holds. Knows no numpy, so that a pack's description can be read without it;
`pose_tensor` converts."""

from __future__ import annotations

from dataclasses import dataclass

from .skeleton import BODY_JOINTS

FIRST_ROWS, FIRST_COLUMNS = "first two rows", "first two columns"
ROTATIONS = (FIRST_ROWS, FIRST_COLUMNS)
"""How six numbers are a rotation: the first two rows of its matrix, one after the other (PyTorch3D, MotionCLIP), or
its first two columns (Zhou et al., CVPR 2019)."""

UPS = ("y", "z")
"""Which axis of the root's world points up: SMPL-X's own y, or AMASS's z."""

NO_ROW, PELVIS, RIGHT_ANKLE = (
    "none",
    "pelvis relative to the first frame",
    "right ankle relative to the first frame, pelvis fixed",
)
LAST_ROWS = (NO_ROW, PELVIS, RIGHT_ANKLE)
"""What follows the joints' rows, three numbers and three zeros. The right ankle is what MotionCLIP's released code
makes of the root's way: it takes joint 8 of SMPL's mean body, posed without translation."""

AHEAD, RECORDED = "ahead in the first frame", "as recorded"
HEADINGS = (AHEAD, RECORDED)
"""Which way the motions face that the network was trained on: all the same way, or as the camera's room had them."""

SMPL_JOINTS = (*BODY_JOINTS, "left_index1", "right_index1")
"""SMPL's 24 joints under SMPL-X's names. AMASS's SMPL-H poses fill SMPL's two hands with their first index joints."""


@dataclass(frozen=True)
class PoseFormat:
    """The pose tensor of a pack: (T, rows, 6), a row for each joint, parent-relative, and perhaps one more.

    joints: names of the rotation rows. rotation, up, last_row, heading: of the values above.
    """

    joints: tuple[str, ...]
    rotation: str = FIRST_ROWS
    up: str = "y"
    last_row: str = PELVIS
    heading: str = AHEAD

    @property
    def rows(self) -> int:
        return len(self.joints) + (self.last_row != NO_ROW)

    @property
    def tells_the_way(self) -> bool:
        """Whether the tensor holds where the body goes. Otherwise motions stay in place, and stand as low as they
        can."""
        return self.last_row == PELVIS


OFFICIAL = PoseFormat(SMPL_JOINTS, FIRST_ROWS, "z", RIGHT_ANKLE, RECORDED)
"""Of MotionCLIP's released checkpoints."""
