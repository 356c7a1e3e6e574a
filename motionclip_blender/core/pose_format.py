"""Describes what a frame of a pack's pose tensor holds.

Imports no numpy, so that a pack's description can be read without it; `pose_tensor` converts.
"""

from __future__ import annotations

from dataclasses import dataclass

from .skeleton import BODY_JOINTS

FIRST_ROWS, FIRST_COLUMNS = "first two rows", "first two columns"
ROTATIONS = (FIRST_ROWS, FIRST_COLUMNS)
"""Layouts of a rotation in six numbers: the first two rows of its matrix, one after the other (PyTorch3D, MotionCLIP),
or its first two columns (Zhou et al., CVPR 2019)."""

UPS = ("y", "z")
"""The axis of the root's world that points up: y as in SMPL-X, or z as in AMASS."""

NO_ROW, PELVIS, RIGHT_ANKLE = (
    "none",
    "pelvis relative to the first frame",
    "right ankle relative to the first frame, pelvis fixed",
)
LAST_ROWS = (NO_ROW, PELVIS, RIGHT_ANKLE)
"""Meanings of the row after the joints' rows: three numbers and three zeros. The right ankle is what MotionCLIP's
released code stores for the root's path: joint 8 of SMPL's mean body, posed without translation."""

AHEAD, RECORDED = "ahead in the first frame", "as recorded"
HEADINGS = (AHEAD, RECORDED)
"""Headings of the motions that the network was trained on: all turned to one direction, or as recorded."""

SMPL_JOINTS = (*BODY_JOINTS, "left_index1", "right_index1")
"""SMPL's 24 joints under SMPL-X's names. AMASS's SMPL-H poses fill SMPL's two hands with their first index joints."""


@dataclass(frozen=True)
class PoseFormat:
    """The pose tensor of a pack: (T, rows, 6), one parent-relative row for each joint, and one more if `last_row` says
    so.

    joints: names of the rotation rows.
    rotation, up, last_row, heading: one of the values above.
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
        """Whether the tensor holds the body's path. Otherwise motions stay in place, with the lowest point on the
        floor."""
        return self.last_row == PELVIS


OFFICIAL = PoseFormat(SMPL_JOINTS, FIRST_ROWS, "z", RIGHT_ANKLE, RECORDED)
"""The format of MotionCLIP's released checkpoints."""
