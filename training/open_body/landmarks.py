# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what SMPL-X code looks up by number: key vertices, 51 face landmarks, and the face contour."""

from __future__ import annotations

import numpy as np
from scipy.spatial import ConvexHull, cKDTree

from .joints import JOINT_INDEX
from .mesh import mirror_map
from .source import Source

# Vertex numbers that the `smplx` package reads from every SMPL-X body (its extra joints), by name.
SMPLX_VERTEX_IDS: dict[str, int] = {
    "nose": 9120, "right_eye": 9929, "left_eye": 9448, "right_ear": 616, "left_ear": 6,
    "right_thumb": 8079, "right_index": 7669, "right_middle": 7794, "right_ring": 7905, "right_pinky": 8022,
    "left_thumb": 5361, "left_index": 4933, "left_middle": 5058, "left_ring": 5169, "left_pinky": 5286,
    "left_big_toe": 5770, "left_small_toe": 5780, "left_heel": 8846,
    "right_big_toe": 8463, "right_small_toe": 8474, "right_heel": 8635,
}  # fmt: skip

_FINGERS = {"thumb": 1, "index": 2, "middle": 3, "ring": 4, "pinky": 5}
JAW_RISE = 0.36  # how steeply the jaw bone rises from the chin to below the ear
YAW_STEPS = 79  # smplx: index 0..39 is a head turned by 0..-39 degrees, 40..78 by 1..39 degrees


def key_vertices(source: Source, vertices: np.ndarray, joints: np.ndarray) -> dict[str, int]:
    """Returns the vertex numbers of nose tip, eyes, ears, finger tips, toes and heels on the T-posed body."""
    found: dict[str, int] = {}
    mirror = mirror_map(vertices)

    def extreme(mask: np.ndarray, score: np.ndarray) -> int:
        return int(np.where(mask, score, -np.inf).argmax())

    def moved_by(bone: str) -> np.ndarray:
        return source.weights[:, source.bone(bone)] > 0.4

    eye = joints[JOINT_INDEX["left_eye_smplhf"]]
    jaw_parts = np.zeros(len(vertices), bool)
    jaw_parts[np.unique(source.faces[source.face_parts["head"]])] = True
    middle = jaw_parts & (np.abs(vertices[:, 0]) < 1e-4)
    nose_band = middle & (vertices[:, 1] < eye[1]) & (vertices[:, 1] > eye[1] - 0.06)
    found["nose"] = extreme(nose_band, vertices[:, 2])
    ball = np.zeros(len(vertices), bool)
    ball[np.unique(source.faces[source.face_parts["eye_front.L"] | source.face_parts["eye_back.L"]])] = True
    found["left_eye"] = extreme(ball, vertices[:, 2])
    ear_band = jaw_parts & (np.abs(vertices[:, 1] - eye[1]) < 0.03)
    found["left_ear"] = extreme(ear_band, vertices[:, 0])
    for finger, number in _FINGERS.items():
        last = JOINT_INDEX[f"left_{finger}3"]
        along = joints[last] - joints[last - 1]
        found[f"left_{finger}"] = extreme(moved_by(f"finger{number}-3.L"), vertices @ along)
    found["left_big_toe"] = extreme(moved_by("toe1-2.L"), vertices[:, 2])
    found["left_small_toe"] = extreme(moved_by("toe5-3.L"), vertices[:, 2])
    low = vertices[:, 1] < 0.04
    found["left_heel"] = extreme(low & moved_by("foot.L"), -vertices[:, 2])
    for name in [name for name in found if name.startswith("left")]:
        found[name.replace("left", "right")] = int(mirror[found[name]])
    return found


def smplx_order(found: dict[str, int], count: int) -> np.ndarray:
    """Returns a permutation (V,): new vertex i is old vertex order[i], with the key vertices at SMPL-X's numbers."""
    order = np.arange(count)
    place = np.arange(count)  # where each old vertex is now
    for name, target in SMPLX_VERTEX_IDS.items():
        source_at, occupant = place[found[name]], order[target]
        order[target], order[source_at] = found[name], occupant
        place[found[name]], place[occupant] = target, source_at
    return order


def _closest_on_faces(
    points: np.ndarray, vertices: np.ndarray, faces: np.ndarray, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns face numbers (N,) among ``allowed`` (F,) and barycentric weights (N, 3) closest to ``points`` (N, 3)."""
    import trimesh

    numbers = np.flatnonzero(allowed)
    mesh = trimesh.Trimesh(vertices, faces[numbers], process=False)
    closest, _, local = trimesh.proximity.closest_point_naive(mesh, points)
    bary = trimesh.triangles.points_to_barycentric(mesh.triangles[local], closest)
    bary = np.clip(bary, 0.0, 1.0)
    return numbers[local], bary / bary.sum(axis=1, keepdims=True)


def _half_face_points(eye: np.ndarray, scale: float) -> dict[str, list[np.ndarray]]:
    """Returns points on the left half of the face (x > 0), before they are projected onto the skin."""
    s = scale
    brow = [
        eye + np.array([dx, dy, 0.03]) * s
        for dx, dy in ((-0.018, 0.019), (-0.008, 0.0215), (0.002, 0.0225), (0.012, 0.0225), (0.022, 0.0175))
    ]  # inner to outer
    lid = [
        eye + np.array([dx, dy, 0.02]) * s
        for dx, dy in (
            (-0.014, -0.002),
            (-0.005, 0.005),
            (0.006, 0.005),
            (0.015, 0.000),
            (0.006, -0.005),
            (-0.005, -0.005),
        )
    ]
    return {"brow": brow, "lid": lid}


def face_landmarks(
    vertices: np.ndarray, faces: np.ndarray, head: np.ndarray, mouth: np.ndarray, joints: np.ndarray, nose: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the 51 inner landmarks of the 68-point face scheme: faces (51,) and barycentric weights (51, 3).

    ``head`` and ``mouth`` are face masks (F,): the skin of the head and the cavity of the mouth.
    """
    eye = joints[JOINT_INDEX["left_eye_smplhf"]]
    tip = vertices[nose]
    scale = eye[0] / 0.031  # the offsets below were measured on a face with pupils 62 mm apart
    flip = np.array([-1.0, 1.0, 1.0])
    half = _half_face_points(eye, scale)
    points: list[np.ndarray] = []
    points += [p * flip for p in reversed(half["brow"])] + half["brow"]
    bridge = np.array([0.0, eye[1] + 0.002 * scale, tip[2] - 0.02 * scale])
    points += [bridge + (tip - bridge) * share for share in (0.0, 1 / 3, 2 / 3, 1.0)]
    base = tip + np.array([0.0, -0.011, -0.012]) * scale
    wings = [base + np.array([dx, dy, dz]) * scale for dx, dy, dz in ((0.007, 0.001, -0.002), (0.014, 0.003, -0.008))]
    points += [wings[1] * flip, wings[0] * flip, base, wings[0], wings[1]]
    lid = half["lid"]  # inner corner, two on the upper lid, outer corner, two on the lower lid
    points += [lid[k] * flip for k in (3, 2, 1, 0, 5, 4)]
    points += [lid[k] for k in (0, 1, 2, 3, 4, 5)]
    points += _mouth_points(vertices, faces, head, mouth)
    return _closest_on_faces(np.array(points), vertices, faces, head)


def _mouth_points(vertices: np.ndarray, faces: np.ndarray, head: np.ndarray, mouth: np.ndarray) -> list[np.ndarray]:
    """Returns twelve points around the lips and eight between them, from the loop where skin meets mouth cavity."""
    rim = np.intersect1d(np.unique(faces[head]), np.unique(faces[mouth]))
    ring = vertices[rim]
    corner = ring[ring[:, 0].argmax()]
    middle = ring[np.abs(ring[:, 0]) < 0.2 * corner[0]]
    top, bottom = middle[middle[:, 1].argmax()], middle[middle[:, 1].argmin()]
    front = max(top[2], bottom[2]) + 0.005
    seam = 0.5 * (top[1] + bottom[1])

    def at(share: float, rise: float) -> np.ndarray:
        depth = front + (corner[2] - front) * abs(share) ** 2
        return np.array([share * corner[0], seam + (corner[1] - seam) * abs(share) ** 2 + rise, depth])

    outer = [
        at(-1.0, 0.0),
        at(-0.65, 0.006),
        at(-0.25, 0.009),
        at(0.0, 0.008),
        at(0.25, 0.009),
        at(0.65, 0.006),
        at(1.0, 0.0),
        at(0.65, -0.007),
        at(0.25, -0.010),
        at(0.0, -0.011),
        at(-0.25, -0.010),
        at(-0.65, -0.007),
    ]
    inner = [
        at(-0.85, 0.0),
        at(-0.4, 0.002),
        at(0.0, 0.002),
        at(0.4, 0.002),
        at(0.85, 0.0),
        at(0.4, -0.002),
        at(0.0, -0.002),
        at(-0.4, -0.002),
    ]
    return outer + inner


def contour_landmarks(
    vertices: np.ndarray, faces: np.ndarray, face_skin: np.ndarray, joints: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the jaw line as seen from the front for each head yaw: faces (79, 17), barycentric weights (79, 17, 3).

    ``face_skin`` (F,) marks the faces of the head without the ears.
    """
    eye = joints[JOINT_INDEX["left_eye_smplhf"]]
    skin = np.unique(faces[face_skin])
    front = skin[(vertices[skin, 2] > eye[2] - 0.075) & (vertices[skin, 1] < eye[1])]  # before the ears and the neck
    middle = front[np.abs(vertices[front, 0]) < 1e-4]
    chin = vertices[middle[(vertices[middle] @ [0.0, -1.0, 1.0]).argmax()]]
    # Below the jaw bone, which rises towards the ear, is the neck.
    jaw = chin[1] - 0.004 + JAW_RISE * (chin[2] - vertices[front, 2])
    front = front[vertices[front, 1] > jaw]
    face = vertices[front]
    owner = np.full(len(vertices), -1)
    numbers = np.flatnonzero(face_skin)
    owner[faces[numbers].ravel()] = np.repeat(numbers, 3)
    face_idx = np.zeros((YAW_STEPS, 17), np.int64)
    bary = np.zeros((YAW_STEPS, 17, 3))
    for step in range(YAW_STEPS):
        yaw = np.radians(-step if step < 40 else step - 39)
        flat = np.stack([face @ [np.cos(yaw), 0.0, np.sin(yaw)], face[:, 1]], axis=1)
        outline = ConvexHull(flat).vertices
        ends = flat[outline]
        # The lower part of the outline, from the right end of the eye line around the chin to the left end.
        outline = outline[ends[:, 1] < eye[1] - 0.01]
        centre = np.array([flat[:, 0].mean(), eye[1]])
        turn = np.arctan2(flat[outline, 1] - centre[1], flat[outline, 0] - centre[0])
        line = flat[outline[np.argsort(turn)]]
        length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        even = np.linspace(0.0, length[-1], 17)
        wanted = np.stack([np.interp(even, length, line[:, k]) for k in range(2)], axis=1)
        _, nearest = cKDTree(flat).query(wanted)
        for point, vertex in enumerate(front[nearest]):
            face_idx[step, point] = owner[vertex]
            bary[step, point, np.flatnonzero(faces[owner[vertex]] == vertex)[0]] = 1.0
    return face_idx, bary
