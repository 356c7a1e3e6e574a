# SPDX-License-Identifier: GPL-3.0-or-later
"""Dress the body: cut clean borders, push shirt, trousers and hair off the skin, and give every face a zone.

A field here is a number per vertex, in metres: positive inside a garment, negative outside, zero on its border.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, map_coordinates
from scipy.spatial import ConvexHull

from .joints import JOINT_INDEX
from .mesh import Draft, cut, grown, membrane_matrix, refine, smoothing_matrix, vertex_normals
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

RIM = 0.003  # width of the little wall at a garment's border
NECK_SLOPE = 0.5  # the neckline is lower in front
SLEEVE_END = 0.55  # share of the upper arm that the sleeve covers
LIP_SHARE = 0.3  # of the lip targets' greatest move; where the red of the lips ends
IRIS_ANGLE, PUPIL_ANGLE = np.radians(25.0), np.radians(11.0)


class Wardrobe:
    """The garments' fields for one T-posed body, placed by its joints (55, 3)."""

    def __init__(self, joints: np.ndarray) -> None:
        self.at = {name: joints[index] for name, index in JOINT_INDEX.items()}
        self.hem = self.at["left_hip"][1] + 0.015
        self.ankle_line = self.at["left_ankle"][1] + 0.022

    def shirt(self, v: np.ndarray) -> np.ndarray:
        """A T-shirt: short sleeves, round neck, worn over the trousers."""
        at = self.at
        sleeve_end = (1.0 - SLEEVE_END) * at["left_shoulder"][0] + SLEEVE_END * at["left_elbow"][0]
        sleeve = sleeve_end - np.abs(v[:, 0])
        slope = NECK_SLOPE
        neck = (0.012 - (v[:, 1] - at["neck"][1]) - slope * (v[:, 2] - at["neck"][2])) / np.hypot(1.0, slope)
        return np.minimum(np.minimum(sleeve, neck), v[:, 1] - self.hem)

    def trousers(self, v: np.ndarray) -> np.ndarray:
        """Long trousers: from under the shirt down to the shoes."""
        return np.minimum(v[:, 1] - self.ankle_line, self.hem + 0.1 - v[:, 1])

    def brow_edges(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Eyebrows: fields of their ends, lower edges and upper edges; NaN away from the brows."""
        eye = self.at["left_eye_smplhf"]
        x, y = np.abs(v[:, 0]) - eye[0], v[:, 1] - eye[1]
        near = (np.abs(x) < 0.036) & (y > 0.004) & (y < 0.045) & (v[:, 2] > eye[2] - 0.03)
        ends = np.minimum(x + 0.019, 0.024 - x)
        middle = np.interp(x, [-0.019, -0.005, 0.012, 0.024], [0.0185, 0.0215, 0.0225, 0.0165])
        half = np.interp(x, [-0.019, -0.008, 0.024], [0.0020, 0.0034, 0.0010])
        fields = (ends, y - (middle - half), (middle + half) - y)
        return tuple(np.where(near, field, np.nan) for field in fields)  # type: ignore[return-value]

    def hair(self, v: np.ndarray, ears: np.ndarray) -> np.ndarray:
        """Short hair: above a hairline given as elevation over the azimuth, seen from the middle of the skull."""
        eye = self.at["left_eye_smplhf"]
        centre = np.array([0.0, eye[1] + 0.025, eye[2] - 0.095])
        offset = v - centre
        azimuth = np.degrees(np.arctan2(np.abs(offset[:, 0]), offset[:, 2]))  # 0 front, 180 back
        level = np.hypot(offset[:, 0], offset[:, 2])
        elevation = np.arctan2(offset[:, 1], level)
        line = np.interp(
            azimuth,
            [0.0, 20.0, 34.0, 44.0, 52.0, 58.0, 66.0, 72.0, 90.0, 105.0, 125.0, 150.0, 180.0],
            [24.0, 23.5, 20.0, 12.0, 0.0, -17.0, -20.0, -12.0, -14.0, -30.0, -38.0, -42.0, -43.0],
        )
        field = 0.1 * (elevation - np.radians(line))
        field = np.minimum(field, v[:, 1] - self.at["neck"][1])
        return np.where(ears, np.minimum(field, -0.004), field)


def _smoothstep(value: np.ndarray, low: float, high: float) -> np.ndarray:
    share = np.clip((value - low) / (high - low), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _smooth_under_clothes(draft: Draft, wardrobe: Wardrobe, details: np.ndarray) -> Draft:
    """Iron out what cloth would hide, fading towards the borders; ``details`` (V,) is spanned over altogether."""
    count = len(draft.vertices)
    draft = draft.mixed(membrane_matrix(count, draft.faces, grown(count, draft.faces, details, rings=2)))
    v = draft.vertices
    shirt, trousers = wardrobe.shirt(v), wardrobe.trousers(v)
    strength = 0.6 * np.maximum(_smoothstep(shirt, 0.005, 0.05), _smoothstep(trousers, 0.01, 0.08))
    # Between shirt and trousers there is no border to keep.
    seam = (np.abs(v[:, 1] - wardrobe.hem) < 0.09) & (np.abs(v[:, 0]) < 0.3)
    strength = np.where(seam, 0.6, strength)
    return draft.mixed(smoothing_matrix(len(v), draft.faces, strength, rounds=30))


def _plain_front(draft: Draft, details: np.ndarray) -> Draft:
    """Rebuild the front of the trunk around each of the ``details`` (V,) as one plain bulge (a cubic in x and y)."""
    v = draft.vertices
    offsets = np.zeros_like(v)
    front = vertex_normals(v, draft.faces)[:, 2] > 0.1
    for side in (-1.0, 0.0, 1.0):
        own = details & (np.sign(np.round(v[:, 0] / 0.06)) == side)
        if not own.any():
            continue
        centre = v[own].mean(axis=0)
        flat = (v - centre)[:, :2] / 0.05
        distance = 0.05 * np.linalg.norm(flat, axis=1)
        powers = np.stack([flat[:, 0] ** i * flat[:, 1] ** j for i in range(4) for j in range(4 - i)], axis=1)
        near = front & (np.abs(v[:, 2] - centre[2]) < 0.08)
        around = near & (distance > 0.025) & (distance < 0.07)
        factors, *_ = np.linalg.lstsq(powers[around], v[around, 2], rcond=None)
        share = 1.0 - _smoothstep(distance[near], 0.025, 0.05)
        offsets[near, 2] += share * (powers[near] @ factors - v[near, 2])
    return draft.moved(offsets)


def _drape(draft: Draft, wardrobe: Wardrobe) -> Draft:
    """Let the shirt span the hollows of the trunk: push each level's outline out to its convex hull, metres."""
    v, at = draft.vertices, wardrobe.at
    armpit = at["left_shoulder"][1] - 0.08
    low, high = wardrobe.hem - 0.06, armpit
    trunk = (v[:, 1] > low - 0.03) & (v[:, 1] < high + 0.02) & (np.abs(v[:, 0]) < at["left_shoulder"][0] + 0.03)
    levels = np.linspace(low, high, 36)
    angles = np.radians(np.arange(0.0, 360.0, 5.0))
    rays = np.stack([np.sin(angles), np.cos(angles)], axis=1)
    middle_z = np.empty(len(levels))
    reach = np.empty((len(levels), len(angles)))
    for k, level in enumerate(levels):
        flat = v[trunk & (np.abs(v[:, 1] - level) < 0.02)][:, [0, 2]]
        flat = np.concatenate([flat, flat * [-1.0, 1.0]])
        middle_z[k] = 0.5 * (flat[:, 1].min() + flat[:, 1].max())
        hull = ConvexHull(flat - [0.0, middle_z[k]])
        speed = rays @ hull.equations[:, :2].T
        ratio = np.where(speed > 1e-9, -hull.equations[:, 2] / np.maximum(speed, 1e-9), np.inf)
        reach[k] = ratio.min(axis=1)
    reach = gaussian_filter1d(reach, 1.5, axis=0, mode="nearest")

    inside = np.flatnonzero((v[:, 1] > low) & (v[:, 1] < high) & trunk)
    p = v[inside]
    at_level = np.interp(p[:, 1], levels, np.arange(len(levels)))
    flat = np.stack([p[:, 0], p[:, 2] - np.interp(p[:, 1], levels, middle_z)], axis=1)
    radius = np.linalg.norm(flat, axis=1)
    turn = np.degrees(np.arctan2(flat[:, 0], flat[:, 1])) % 360.0 / 5.0
    wrapped = np.concatenate([reach, reach[:, :1]], axis=1)
    wanted = map_coordinates(wrapped, [at_level, turn], order=1)
    share = _smoothstep(p[:, 1], low, wardrobe.hem) * (1.0 - _smoothstep(p[:, 1], high - 0.09, high))
    offsets = np.zeros_like(v)
    push = share * np.maximum(wanted - radius, 0.0) / np.maximum(radius, 1e-6)
    offsets[inside, 0], offsets[inside, 2] = push * flat[:, 0], push * flat[:, 1]
    return draft.moved(offsets)


def _garment_offsets(draft: Draft, wardrobe: Wardrobe, ears: np.ndarray) -> np.ndarray:
    """How far (V,) in metres each vertex is pushed out along its normal."""
    v, at = draft.vertices, wardrobe.at
    shirt, trousers, hair = wardrobe.shirt(v), wardrobe.trousers(v), wardrobe.hair(v, ears)
    height = v[:, 1]
    leg = np.interp(
        height,
        [wardrobe.ankle_line, at["left_knee"][1] - 0.12, at["left_knee"][1], at["left_hip"][1] - 0.1, wardrobe.hem],
        [0.020, 0.013, 0.012, 0.008, 0.004],
    )
    offset = leg * _smoothstep(trousers, 0.0, RIM)
    out = np.abs(v[:, 0]) / at["left_elbow"][0]
    cloth = np.interp(out, [0.0, 0.35, 0.7], [0.009, 0.006, 0.011])
    cloth = np.where(shirt < 0.05, cloth + 0.003 * (1.0 - np.clip(shirt / 0.05, 0.0, 1.0)), cloth)
    neckline = (height > at["left_shoulder"][1]) & (out < 0.35)
    cloth = np.where(neckline, 0.004 + 0.003 * _smoothstep(shirt, 0.0, 0.05), cloth)
    cover = _smoothstep(shirt, 0.0, RIM)
    offset = (1.0 - cover) * offset + cover * cloth
    top = _smoothstep(height, at["left_eye_smplhf"][1] + 0.03, at["left_eye_smplhf"][1] + 0.11)
    hair_depth = 0.003 + (0.006 + 0.010 * top) * _smoothstep(hair, 0.0, 0.035)
    return np.where(hair > 0.0, hair_depth * _smoothstep(hair, 0.0, RIM), offset)


def _cloth_directions(draft: Draft, wardrobe: Wardrobe) -> np.ndarray:
    """Directions (V, 3) in which cloth leaves the skin: the normals, but along the border's plane near a border."""
    v, at = draft.vertices, wardrobe.at
    normals = vertex_normals(v, draft.faces)
    shirt, trousers = wardrobe.shirt(v), wardrobe.trousers(v)
    out = np.abs(v[:, 0]) > at["left_shoulder"][0] + 0.06
    high = v[:, 1] > at["left_shoulder"][1] - 0.05
    near_shirt = (shirt > -0.001) & (shirt < 0.03)
    borders = (
        (near_shirt & out, np.array([1.0, 0.0, 0.0])),
        (near_shirt & ~out & high, np.array([0.0, 1.0, NECK_SLOPE]) / np.hypot(1.0, NECK_SLOPE)),
        (near_shirt & ~out & ~high, np.array([0.0, 1.0, 0.0])),
        ((trousers < 0.03) & (trousers > -0.001) & ~high, np.array([0.0, 1.0, 0.0])),
    )
    for mask, axis in borders:
        normals[mask] -= (normals[mask] @ axis)[:, None] * axis
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def dress(draft: Draft, joints: np.ndarray, features: dict[str, np.ndarray]) -> tuple[Draft, np.ndarray]:
    """Clothes, hair and eyes on a T-posed draft; returns the dressed draft and the zone (F,) of every face.

    ``features`` gives each original vertex's share (V0,) in the "ears", which the hair leaves free, and the "lips".
    """
    wardrobe = Wardrobe(joints)
    details = features["details"] > 0.0
    draft = _drape(_smooth_under_clothes(draft, wardrobe, details), wardrobe)
    draft = _plain_front(draft, details)

    draft, field = cut(draft, wardrobe.ankle_line - draft.vertices[:, 1])
    below = (field[draft.faces] >= 0.0).all(axis=1)
    draft = add_shoes(draft, below)

    def ears(d: Draft) -> np.ndarray:
        return d.blend @ features["ears"] > 0.5

    draft, _ = cut(draft, wardrobe.shirt(draft.vertices))
    draft, _ = cut(draft, wardrobe.shirt(draft.vertices) - RIM)
    not_shoe = ~draft.part_vertices("shoe", "sole")
    draft, _ = cut(draft, np.where(not_shoe, wardrobe.trousers(draft.vertices) - RIM, np.nan))
    for level in (0.0, RIM):
        head = draft.part_vertices("head")
        draft, _ = cut(draft, np.where(head, wardrobe.hair(draft.vertices, ears(draft)) - level, np.nan))
    draft = _cut_face(draft, wardrobe, features["lips"])

    zone = _zones(draft, wardrobe, ears(draft), draft.blend @ features["lips"])
    offsets = _garment_offsets(draft, wardrobe, ears(draft))
    offsets[draft.part_vertices("shoe", "sole")] = 0.0
    offsets[draft.part_vertices("eye_front.L", "eye_front.R", "eye_back.L", "eye_back.R", "mouth_cavity")] = 0.0
    moved = draft.vertices + offsets[:, None] * _cloth_directions(draft, wardrobe)
    # Trouser legs must not grow through each other, and the middle of the body stays in the middle.
    middle = np.abs(draft.vertices[:, 0]) < 1e-5
    moved[middle, 0] = 0.0
    leg = ~middle & (draft.vertices[:, 1] < wardrobe.hem)
    side = np.sign(draft.vertices[:, 0])
    room = np.minimum(np.abs(draft.vertices[:, 0]), 0.003)
    moved[leg, 0] = (side * np.maximum(side * moved[:, 0], room))[leg]
    return draft.moved(moved - draft.vertices), zone


def _cut_face(draft: Draft, wardrobe: Wardrobe, lips: np.ndarray) -> Draft:
    """Cut the outlines of irises, pupils, brows and lips; ``lips`` (V0,) is each original vertex's share in them."""
    for side, mark in (("left", "L"), ("right", "R")):
        parts = (f"eye_front.{mark}", f"eye_back.{mark}")
        draft = refine(draft, parts, wardrobe.at[f"{side}_eye_smplhf"])
    for limit in (IRIS_ANGLE, PUPIL_ANGLE):
        draft, _ = cut(draft, limit - _eye_axis_angle(draft, wardrobe))
    draft, _ = cut(draft, wardrobe.brow_edges(draft.vertices)[0])
    for edge in (1, 2):
        fields = wardrobe.brow_edges(draft.vertices)
        draft, _ = cut(draft, np.where(fields[0] >= -1e-6, fields[edge], np.nan))
    head = draft.part_vertices("head")
    draft, _ = cut(draft, np.where(head, draft.blend @ lips - LIP_SHARE, np.nan))
    return draft


def _eye_axis_angle(draft: Draft, wardrobe: Wardrobe) -> np.ndarray:
    """Angle (V,) from the line of sight for the eyeballs' vertices, NaN elsewhere."""
    angle = np.full(len(draft.vertices), np.nan)
    for side, mark in (("left", "L"), ("right", "R")):
        mask = draft.part_vertices(f"eye_front.{mark}", f"eye_back.{mark}")
        ray = draft.vertices[mask] - wardrobe.at[f"{side}_eye_smplhf"]
        angle[mask] = np.arccos(np.clip(ray[:, 2] / np.linalg.norm(ray, axis=1), -1.0, 1.0))
    return angle


def _zones(draft: Draft, wardrobe: Wardrobe, ears: np.ndarray, lips: np.ndarray) -> np.ndarray:
    """Zone number (F,) of every face, before anything is pushed off the skin."""
    v, faces = draft.vertices, draft.faces

    def inside(field: np.ndarray) -> np.ndarray:
        return field[faces].mean(axis=1) > 0.0

    zone = np.full(len(faces), ZONE_INDEX["skin"])
    zone[inside(wardrobe.trousers(v))] = ZONE_INDEX["trousers"]
    zone[inside(wardrobe.shirt(v))] = ZONE_INDEX["shirt"]
    zone[draft.parts["head"] & inside(wardrobe.hair(v, ears))] = ZONE_INDEX["hair"]
    with np.errstate(invalid="ignore"):
        brow = np.logical_and.reduce([inside(field) for field in wardrobe.brow_edges(v)])
    zone[draft.parts["head"] & brow] = ZONE_INDEX["hair"]
    zone[draft.parts["head"] & inside(lips - LIP_SHARE)] = ZONE_INDEX["lips"]
    zone[draft.parts["shoe"]] = ZONE_INDEX["shoes"]
    zone[draft.parts["sole"]] = ZONE_INDEX["soles"]
    zone[draft.parts["mouth_cavity"]] = ZONE_INDEX["mouth"]
    angle = _eye_axis_angle(draft, wardrobe)[faces].mean(axis=1)
    ball = (
        draft.parts["eye_front.L"] | draft.parts["eye_front.R"] | draft.parts["eye_back.L"] | draft.parts["eye_back.R"]
    )
    zone[ball] = ZONE_INDEX["eye_white"]
    zone[ball & (angle < IRIS_ANGLE)] = ZONE_INDEX["iris"]
    zone[ball & (angle < PUPIL_ANGLE)] = ZONE_INDEX["pupil"]
    return zone
