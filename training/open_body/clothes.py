# SPDX-License-Identifier: GPL-3.0-or-later
"""Dresses the body: cuts clean borders, moves shirt, trousers and hair off the skin, and gives every face a zone."""

from __future__ import annotations

import numpy as np

from .drape import drape
from .garments import Wardrobe, smoothstep
from .mesh import Draft, cut, cut_part, refine, smoothing_matrix, vertex_normals
from .shoes import add_shoes

# Default colours, linear RGB.
ZONES: dict[str, tuple[float, float, float]] = {
    "skin": (0.56, 0.32, 0.22),
    "shirt": (0.10, 0.25, 0.42),
    "trousers": (0.055, 0.060, 0.075),
    "shoes": (0.42, 0.42, 0.40),
    "soles": (0.75, 0.74, 0.70),
    "hair": (0.035, 0.022, 0.015),
    "eye_white": (0.80, 0.80, 0.78),
    "iris": (0.09, 0.05, 0.025),
    "pupil": (0.005, 0.005, 0.005),
    "lips": (0.45, 0.20, 0.16),
    "mouth": (0.22, 0.05, 0.05),
}
ZONE_INDEX = {name: index for index, name in enumerate(ZONES)}

RIM = 0.003  # metres: width of the small wall at a garment's border
FLAT = 0.006  # metres: width of the flat strip next to it, which keeps its shading off the rest of the cloth
LIP_SHARE = 0.3  # share of the lip targets' largest movement at which the red of the lips ends
IRIS_ANGLE, PUPIL_ANGLE = np.radians(25.0), np.radians(11.0)

# Face parts in the order in which they are painted; a later one covers an earlier one.
_PAINTED: tuple[tuple[str, str], ...] = (
    ("trousers", "trousers"),
    ("shirt", "shirt"),
    ("hair", "hair"),
    ("brows", "hair"),
    ("lips", "lips"),
    ("shoe", "shoes"),
    ("sole", "soles"),
    ("mouth_cavity", "mouth"),
    *((f"eye_{half}.{mark}", "eye_white") for half in ("front", "back") for mark in "LR"),
    ("iris", "iris"),
    ("pupil", "pupil"),
)


def dress(draft: Draft, joints: np.ndarray, features: dict[str, np.ndarray]) -> tuple[Draft, np.ndarray]:
    """Adds clothes, hair and eyes to a T-posed draft; returns the dressed draft and the zone (F,) of every face.

    ``features`` gives each original vertex's share (V0,) in the "ears", which the hair leaves free, in the "lips", and
    in the "details" that cloth hides.
    """
    wardrobe = Wardrobe(joints)
    draft = drape(draft, wardrobe, features["details"] > 0.0)
    draft, field = cut(draft, wardrobe.ankle_line - draft.vertices[:, 1])
    draft = add_shoes(draft, (field[draft.faces] >= 0.0).all(axis=1))
    draft = _cut_garments(draft, wardrobe, features["ears"])
    draft = _cut_face(draft, wardrobe, features["lips"])

    offsets = _garment_offsets(draft, wardrobe, features["ears"])
    moved = draft.vertices + offsets[:, None] * _cloth_directions(draft, wardrobe)
    # Trouser legs must not grow through each other, and the middle of the body stays in the middle.
    middle = np.abs(draft.vertices[:, 0]) < 1e-5
    moved[middle, 0] = 0.0
    leg = ~middle & (draft.vertices[:, 1] < wardrobe.hem)
    side = np.sign(draft.vertices[:, 0])
    room = np.minimum(np.abs(draft.vertices[:, 0]), 0.003)
    moved[leg, 0] = (side * np.maximum(side * moved[:, 0], room))[leg]

    zone = np.full(len(draft.faces), ZONE_INDEX["skin"])
    for part, name in _PAINTED:
        zone[draft.parts[part]] = ZONE_INDEX[name]
    return draft.moved(moved - draft.vertices), zone


def _cut_garments(draft: Draft, wardrobe: Wardrobe, ears: np.ndarray) -> Draft:
    """Cuts the borders and rims of shirt, trousers and hair; adds face parts named after them."""
    draft = cut_part(draft, wardrobe.shirt(draft.vertices), "shirt")
    for level in (RIM, RIM + FLAT):
        draft, _ = cut(draft, wardrobe.shirt(draft.vertices) - level)
    # The trousers begin where the shoes end, so only their rim is left to cut.
    leg = (draft.vertices[:, 1] < wardrobe.hem) | draft.part_vertices("shirt")
    on_leg = leg[draft.faces].all(axis=1) & ~draft.parts["shoe"] & ~draft.parts["sole"] & ~draft.parts["shirt"]
    draft.parts["trousers"] = on_leg
    for level in (RIM, RIM + FLAT):
        below_shirt = draft.part_vertices("trousers") & ~draft.part_vertices("shirt")
        field = np.where(below_shirt, wardrobe.trousers(draft.vertices) - level, np.nan)
        draft, _ = cut(draft, field)

    def hair(level: float) -> np.ndarray:
        field = wardrobe.hair(draft.vertices, draft.blend @ ears > 0.5) - level
        return np.where(draft.part_vertices("head"), field, np.nan)

    draft = cut_part(draft, hair(0.0), "hair")
    draft, _ = cut(draft, hair(RIM))
    return draft


def _cut_face(draft: Draft, wardrobe: Wardrobe, lips: np.ndarray) -> Draft:
    """Cuts irises, pupils, brows and lips, as face parts; ``lips`` (V0,) is each original vertex's share in them."""
    for side, mark in (("left", "L"), ("right", "R")):
        parts = (f"eye_front.{mark}", f"eye_back.{mark}")
        draft = refine(draft, parts, wardrobe.at[f"{side}_eye_smplhf"])
    for limit, name in ((IRIS_ANGLE, "iris"), (PUPIL_ANGLE, "pupil")):
        draft = cut_part(draft, limit - _eye_axis_angle(draft, wardrobe), name)
    draft = cut_part(draft, wardrobe.brow_edges(draft.vertices)[0], "brows")
    for edge in (1, 2):
        # Only between the ends: the edges' curves are undefined beyond them.
        between = draft.part_vertices("brows")
        draft = cut_part(draft, np.where(between, wardrobe.brow_edges(draft.vertices)[edge], np.nan), "edge")
        draft.parts["brows"] = draft.parts["brows"] & draft.parts["edge"]
    head = draft.part_vertices("head")
    draft = cut_part(draft, np.where(head, draft.blend @ lips - LIP_SHARE, np.nan), "lips")
    draft.parts["lips"] = draft.parts["lips"] & draft.parts["head"]
    return draft


def _eye_axis_angle(draft: Draft, wardrobe: Wardrobe) -> np.ndarray:
    """Returns the angle (V,) from the line of sight for the eyeballs' vertices, NaN elsewhere."""
    angle = np.full(len(draft.vertices), np.nan)
    for side, mark in (("left", "L"), ("right", "R")):
        mask = draft.part_vertices(f"eye_front.{mark}", f"eye_back.{mark}")
        ray = draft.vertices[mask] - wardrobe.at[f"{side}_eye_smplhf"]
        angle[mask] = np.arccos(np.clip(ray[:, 2] / np.linalg.norm(ray, axis=1), -1.0, 1.0))
    return angle


def _within(draft: Draft, *names: str) -> np.ndarray:
    """Returns a mask (V,) of the vertices inside the named parts, without those on the parts' border."""
    inside = np.logical_or.reduce([draft.parts[name] for name in names])
    mask = np.zeros(len(draft.vertices), bool)
    mask[draft.faces[inside].ravel()] = True
    mask[draft.faces[~inside].ravel()] = False
    return mask


def _garment_offsets(draft: Draft, wardrobe: Wardrobe, ears: np.ndarray) -> np.ndarray:
    """Returns how far (V,) in metres each vertex is moved outwards: 0 at a border, the cloth's full thickness from the
    rim.
    """
    v, at = draft.vertices, wardrobe.at
    height = v[:, 1]
    knee = at["left_knee"][1]
    levels = [wardrobe.ankle_line, knee - 0.12, knee, at["left_hip"][1] - 0.1, wardrobe.hem]
    leg = np.interp(height, levels, [0.018, 0.010, 0.009, 0.005, 0.004])
    offset = np.where(_within(draft, "trousers", "shirt"), leg, 0.0)

    shirt = wardrobe.shirt(v)
    out = np.abs(v[:, 0]) / at["left_elbow"][0]
    cloth = np.interp(out, [0.0, 0.35, 0.7], [0.009, 0.006, 0.011])
    cloth += 0.003 * (1.0 - np.clip(shirt / 0.05, 0.0, 1.0))  # hem and sleeves are farther from the skin
    neckline = (height > at["left_shoulder"][1]) & (out < 0.35)
    cloth = np.where(neckline, 0.004 + 0.003 * smoothstep(shirt, 0.0, 0.05), cloth)
    offset = np.where(_within(draft, "shirt"), cloth, offset)

    hair = wardrobe.hair(v, draft.blend @ ears > 0.5)
    top = smoothstep(height, at["left_eye_smplhf"][1] + 0.03, at["left_eye_smplhf"][1] + 0.11)
    depth = 0.003 + (0.006 + 0.010 * top) * smoothstep(hair, 0.0, 0.035)
    return np.where(_within(draft, "hair"), depth, offset)


def _cloth_directions(draft: Draft, wardrobe: Wardrobe) -> np.ndarray:
    """Returns the directions (V, 3) in which cloth leaves the skin: the normals, but straight out at hems and sleeve
    ends.
    """
    v, at = draft.vertices, wardrobe.at
    # Cuts leave slivers; smoothed normals keep their corners in order when they are moved outwards.
    even = smoothing_matrix(len(v), draft.faces, np.full(len(v), 0.5), rounds=3)
    normals = even @ vertex_normals(v, draft.faces)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    shirt, trousers = wardrobe.shirt(v), wardrobe.trousers(v)
    sleeve = np.abs(v[:, 0]) > at["left_shoulder"][0] + 0.06
    trunk = ~sleeve & (v[:, 1] < at["left_shoulder"][1] - 0.15)
    x_axis, y_axis = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    for mask, field, axis in ((sleeve, shirt, x_axis), (trunk, shirt, y_axis), (trunk, trousers, y_axis)):
        share = np.where(mask & (field > -0.001), 1.0 - smoothstep(field, 0.01, 0.04), 0.0)
        straight = normals - (share * (normals @ axis))[:, None] * axis
        length = np.linalg.norm(straight, axis=1, keepdims=True)
        # Where the skin faces along the border's axis, there is no straight direction outwards.
        normals = np.where(length > 0.3, straight / np.maximum(length, 1e-9), normals)
    return normals
