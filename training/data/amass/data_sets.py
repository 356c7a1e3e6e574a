"""Knows AMASS's data sets: their names in both releases, the recording of a path, and the split."""

from __future__ import annotations

from collections.abc import Sequence

_TRAIN = (
    "ACCAD", "BioMotionLab_NTroje", "CMU", "EKUT", "Eyes_Japan_Dataset", "KIT", "MPI_Limits", "TCD_handMocap",
    "TotalCapture",
)  # fmt: skip
_VAL = ("HumanEva", "MPI_HDM05", "MPI_mosh", "SFU")
_TEST = ("SSM_synced", "Transitions_mocap")
SPLIT = {**dict.fromkeys(_TRAIN, "train"), **dict.fromkeys(_VAL, "val"), **dict.fromkeys(_TEST, "test")}
"""The split that AMASS proposes, which the paper's main model uses. Data sets that came later are in none."""

# Their names in the release for SMPL-X, and in the first part of BABEL's paths
_NEWER = {
    "BMLrub": "BioMotionLab_NTroje",
    "EyesJapanDataset": "Eyes_Japan_Dataset",
    "HDM05": "MPI_HDM05",
    "MPIHDM05": "MPI_HDM05",
    "PosePrior": "MPI_Limits",
    "MPILimits": "MPI_Limits",
    "MoSh": "MPI_mosh",
    "MPImosh": "MPI_mosh",
    "TCDHands": "TCD_handMocap",
    "TCDhandMocap": "TCD_handMocap",
    "SSM": "SSM_synced",
    "SSMsynced": "SSM_synced",
    "Transitions": "Transitions_mocap",
    "Transitionsmocap": "Transitions_mocap",
    "DFaust": "DFaust_67",
    "DFaust67": "DFaust_67",
}
_NAMES = {name.casefold(): name for name in SPLIT} | {name.casefold(): old for name, old in _NEWER.items()}
_ENDINGS = ("_poses", "_stageii")

Key = tuple[str, str, str]


def data_set(name: str) -> str:
    """Returns a data set's name in the split and in BABEL; other names unchanged."""
    return _NAMES.get(name.casefold(), name)


def key_of(parts: Sequence[str]) -> Key | None:
    """Returns data set, subject and take of a recording's path; None for a path of fewer parts.

    The releases for SMPL+H and SMPL-X spell a take differently ("a b_poses.npz", "a_b_stageii.npz"); it has one key.
    """
    if len(parts) < 3 or not all(parts[-3:]):
        return None
    home, subject, take = parts[-3:]
    take = take[: -len(".npz")] if take.casefold().endswith(".npz") else take
    for ending in _ENDINGS:
        take = take.removesuffix(ending)
    return data_set(home).casefold(), _plain(subject), _plain(take)


def _plain(name: str) -> str:
    return "_".join(name.casefold().split())
