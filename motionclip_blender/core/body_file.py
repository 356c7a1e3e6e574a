"""Reads the file of an SMPL-X body: which arrays it must hold, and what is wrong with one that does not."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from .errors import UserError
from .origin import rise_of
from .skeleton import JOINTS, PARENTS

POSE_FEATURES = 9 * (len(JOINTS) - 1)  # rotation matrices less identity, of all joints but the root
_SHAPES = 10  # shape components of a file with ten of each kind; licensed files of version 1.1 have 300 and 100
_LICENSED_SHAPES, _LICENSED_TOTAL = 300, 400


def plain_arrays(path: Path, but: str = "") -> dict[str, np.ndarray]:
    """Reads the arrays of an `.npz` file that are plain numbers or text; skips entries that would need unpickling.

    The entry called `but` is not read. Raises `UserError` for a file that is missing, damaged, or no `.npz`.
    """
    if not os.path.isfile(path):
        raise UserError(f"There is no body file {path}; choose an SMPL-X .npz file.")
    if not zipfile.is_zipfile(path):
        raise UserError(f"{path} is not an SMPL-X .npz file; choose SMPLX_NEUTRAL.npz.")
    found = {}
    try:
        with np.load(path, allow_pickle=False) as data:
            for key in data.files:
                if key == but:
                    continue
                try:
                    found[key] = data[key]
                except ValueError as error:
                    if "allow_pickle" not in str(error):
                        raise
    except Exception as error:  # zipfile, zlib, struct and numpy each raise their own kinds for a damaged archive
        raise UserError(f"{path} is damaged; copy or download it again.") from error
    return found


_NEEDED = ("v_template", "f", "weights", "kintree_table", "J_regressor", "shapedirs", "posedirs", "hands_meanl",
           "hands_meanr")  # fmt: skip


def body_fields(arrays: dict[str, np.ndarray], path: Path, posed: bool) -> dict:
    """Returns the fields of `Body` in `core.body`. Raises `UserError` with what is wrong with the file.

    posed: whether the file must hold pose correctives.
    """
    missing = [key for key in _NEEDED if key not in arrays and (posed or key != "posedirs")]
    if missing:
        raise UserError(f"{path} is not an SMPL-X body (it has no {', '.join(missing[:3])}); choose an SMPL-X file.")
    vertices, faces = len(arrays["v_template"]), len(arrays["f"])
    joints = len(JOINTS)
    if vertices == 0 or faces == 0:
        raise UserError(f"{path} is not an SMPL-X body (it is empty); choose an SMPL-X file.")
    components = arrays["shapedirs"].shape[-1]
    shapes = {
        "v_template": (vertices, 3), "f": (faces, 3), "weights": (vertices, joints), "kintree_table": (2, joints),
        "J_regressor": (joints, vertices), "shapedirs": (vertices, 3, components),
        "posedirs": (vertices, 3, POSE_FEATURES), "hands_meanl": (45,), "hands_meanr": (45,),
    }  # fmt: skip
    for key, shape in shapes.items():
        if key not in arrays:
            continue
        array = arrays[key]
        if array.shape != shape:
            raise UserError(
                f"{path} is not an SMPL-X body (its {key} has shape {array.shape} instead of {shape}); "
                "choose an SMPL-X file."
            )
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise UserError(f"{path} holds something other than finite numbers in {key}; download it again.")
    if tuple(arrays["kintree_table"][0, 1:].astype(np.int64)) != PARENTS[1:]:
        raise UserError(f"{path} is not an SMPL-X body (its joints hang together differently); choose an SMPL-X file.")
    if arrays["f"].min() < 0 or arrays["f"].max() >= vertices:
        raise UserError(f"{path} is damaged (its faces name vertices that do not exist); download it again.")
    split = _LICENSED_SHAPES if components >= _LICENSED_TOTAL else min(_SHAPES, components)
    pose_dirs = arrays.get("posedirs")
    zoned = "face_zone" in arrays and arrays["face_zone"].shape == (faces,)
    template, regressor = frozen(arrays["v_template"]), frozen(arrays["J_regressor"])
    rise = rise_of(float(regressor[0] @ template[:, 1]))
    return {
        "template": frozen(template + np.array([0.0, rise, 0.0], np.float32)),
        "faces": frozen(arrays["f"], np.int32),
        "weights": frozen(arrays["weights"]),
        "regressor": regressor,
        "shape_dirs": frozen(arrays["shapedirs"][:, :, :split]),
        "expression_dirs": frozen(arrays["shapedirs"][:, :, split:]),
        "pose_dirs": frozen(pose_dirs) if pose_dirs is not None and pose_dirs.any() else None,
        "relaxed_hands": frozen(np.concatenate((arrays["hands_meanl"], arrays["hands_meanr"])).reshape(-1, 3)),
        "shape_names": _texts(arrays.get("shape_names")),
        "expression_names": _texts(arrays.get("expression_names")),
        "face_zone": frozen(arrays["face_zone"], np.int32) if zoned else None,
        "zone_names": _texts(arrays.get("zone_names")) if zoned else (),
        "zone_colours": frozen(arrays["zone_colours"]) if zoned else None,
        "licence": " ".join(_texts(arrays.get("licence"))),
        "origin": " ".join(_texts(arrays.get("origin"))),
    }


def frozen(array: np.ndarray, dtype: type | None = None) -> np.ndarray:
    """Returns the array as one that is contiguous and cannot be changed; floats become float32."""
    array = np.ascontiguousarray(array, dtype or (np.float32 if array.dtype.kind == "f" else array.dtype))
    array.setflags(write=False)
    return array


def _texts(array: np.ndarray | None) -> tuple[str, ...]:
    return () if array is None else tuple(str(text) for text in np.atleast_1d(array))
