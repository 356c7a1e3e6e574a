"""Makes one known movement on skeletons of any axes, rest pose, size and names, as the text of BVH and glTF files.

It has its own forward kinematics, with matrices only, and shares no code with the readers that it tests.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import JOINTS, PARENTS

NAMES = JOINTS[:22]
INDEX = {name: i for i, name in enumerate(NAMES)}
PARENT = PARENTS[:22]
CHILD = {
    **{INDEX[a]: INDEX[b] for a, b in (("pelvis", "spine1"), ("spine1", "spine2"), ("spine2", "spine3"),
                                       ("spine3", "neck"), ("neck", "head"))},
    **{INDEX[f"{s}_{a}"]: INDEX[f"{s}_{b}"] for s in ("left", "right") for a, b in (
        ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"), ("collar", "shoulder"), ("shoulder", "elbow"),
        ("elbow", "wrist"))},
}  # fmt: skip
LIMBS = [
    *((f"{s}_{a}", f"{s}_{b}") for s in ("left", "right") for a, b in (
        ("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot"))),
    ("pelvis", "spine3"), ("right_hip", "left_hip"), ("right_shoulder", "left_shoulder"),
]  # fmt: skip

# A file's axes: where its X, Y, Z lie in a world whose +Y is up and in which the person rests facing +Z
AXES: dict[str, np.ndarray] = {
    "y up, faces z": np.eye(3),
    "y up, faces -z": np.array([[-1, 0, 0], [0, 1, 0], [0, 0, -1]]),
    "y up, faces x": np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]]),
    "z up, faces -y": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "z up, faces x": np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
}


def turn(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    """(3, 3) turned about X, then Y, then Z, in degrees."""
    out = np.eye(3)
    for k, angle in enumerate(np.radians((x, y, z))):
        c, s = np.cos(angle), np.sin(angle)
        i, j = ((1, 2), (2, 0), (0, 1))[k]
        about = np.eye(3)
        about[i, i], about[i, j], about[j, i], about[j, j] = c, -s, s, c
        out = about @ out
    return out


def rest_pose(local: Mapping[str, np.ndarray]) -> np.ndarray:
    """(22, 3, 3) world rotations of a pose in which these joints are turned relative to their parents."""
    world = np.tile(np.eye(3), (22, 1, 1))
    for j, name in enumerate(NAMES):
        world[j] = (world[PARENT[j]] if j else np.eye(3)) @ local.get(name, np.eye(3))
    return world


def arms_down(degrees: float, apart: float = 0.0) -> np.ndarray:
    return rest_pose({
        "left_shoulder": turn(z=-degrees), "right_shoulder": turn(z=degrees),
        "left_hip": turn(z=apart), "right_hip": turn(z=-apart),
        "left_ankle": turn(z=-apart), "right_ankle": turn(z=apart),
    })  # fmt: skip


def in_one_line(rest: np.ndarray) -> np.ndarray:
    """Returns a zero pose (22, 3, 3) with all bones along X, Z to the left or, for those that lie across, ahead."""
    out = np.tile(np.eye(3), (22, 1, 1))
    for j in range(22):
        if j not in CHILD:
            out[j] = out[PARENT[j]]
            continue
        along = rest[CHILD[j]] - rest[j]
        along /= np.linalg.norm(along)
        z = np.array([0, 0, 1.0]) if abs(along[0]) > 0.6 else np.array([1.0, 0, 0])
        z -= (z @ along) * along
        z /= np.linalg.norm(z)
        out[j] = np.stack((along, np.cross(z, along), z))  # from the body's axes to the bone's
    return out


def rests(body: Body) -> dict[str, np.ndarray]:
    """Returns the rest poses: (22, 3, 3) rotation of every bone relative to the T-pose."""
    folded = {
        "pelvis": turn(x=25), "spine1": turn(x=25), "spine2": turn(x=25), "left_hip": turn(x=-95, z=10),
        "right_hip": turn(x=-95, z=-10), "left_knee": turn(x=85), "right_knee": turn(x=85), "neck": turn(x=-20),
        "left_shoulder": turn(y=-60, z=-20), "right_shoulder": turn(y=60, z=20),
        "left_elbow": turn(y=-30), "right_elbow": turn(y=30),
    }  # fmt: skip
    return {
        "T": rest_pose({}),
        "A": arms_down(45, apart=8),
        "N": arms_down(80),
        "folded": rest_pose(folded),
        "line": in_one_line(body.joints()[:22].astype(float)),
    }


def movement(frames: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Returns world rotations (T, 22, 3, 3) and positions (T, 3) of a person who walks in a curve and looks around."""
    world, places = np.empty((frames, 22, 3, 3)), np.empty((frames, 3))
    for t in range(frames):
        s, c = np.sin(2 * np.pi * t / 30), np.cos(2 * np.pi * t / 30)
        way = 40 * t / frames
        local = {
            "pelvis": turn(x=4, y=way + 6 * s, z=2 * c), "spine1": turn(y=-5 * s), "spine3": turn(y=-4 * s, x=2),
            "neck": turn(x=-4, y=8 * c), "head": turn(y=10 * c),
            "left_hip": turn(x=-28 * s - 6), "right_hip": turn(x=28 * s - 6),
            "left_knee": turn(x=8 + 40 * max(c, 0)), "right_knee": turn(x=8 + 40 * max(-c, 0)),
            "left_ankle": turn(x=-3 - 8 * c), "right_ankle": turn(x=-3 + 8 * c),
            "left_collar": turn(z=3 * s), "right_collar": turn(z=3 * s),
            "left_shoulder": turn(x=25 * s, z=-68), "right_shoulder": turn(x=-25 * s, z=68),
            "left_elbow": turn(y=-25 - 15 * s), "right_elbow": turn(y=25 - 15 * s),
        }  # fmt: skip
        world[t] = rest_pose(local)
        ahead = np.cumsum([turn(y=40 * k / frames)[:, 2] for k in range(t + 1)], axis=0)[-1] * 0.03
        places[t] = ahead + np.array([0.02 * s, 0.93 + 0.015 * abs(c), 0])
    return world, places


def joints_of(world: np.ndarray, places: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """Returns the true positions (T, 22, 3) of the joints of the movement."""
    out = np.empty((len(world), 22, 3))
    out[:, 0] = places
    for j in range(1, 22):
        out[:, j] = out[:, PARENT[j]] + world[:, PARENT[j]] @ (rest[j] - rest[PARENT[j]])
    return out


class Variant:
    """The movement on a skeleton that rests in `rest` (22, 3, 3), in a file of `axes`, `scale` units to a metre."""

    def __init__(
        self,
        body: Body,
        axes: np.ndarray,
        rest: np.ndarray,
        scale: float,
        names: Mapping[str, str] | None = None,
        moved: tuple[np.ndarray, np.ndarray] | None = None,
    ):
        joints = body.joints()[:22].astype(float)
        world, places = moved or movement()
        self.names = [dict(names or {}).get(name, name) for name in NAMES]
        self.truth = joints_of(world, places, joints)
        # what a bone of the file is turned by is what leads from its rest pose to the movement's
        off_rest = axes @ (world @ np.swapaxes(rest, 1, 2)) @ axes.T
        self.local = off_rest.copy()
        self.local[:, 1:] = np.swapaxes(off_rest[:, PARENT[1:]], 2, 3) @ off_rest[:, 1:]
        offsets = [rest[PARENT[j]] @ (joints[j] - joints[PARENT[j]]) if j else np.zeros(3) for j in range(22)]
        self.offsets = scale * np.array(offsets) @ axes.T
        self.places = scale * places @ axes.T

    def bvh(self, fps: float = 30.0, ends: bool = True) -> str:
        order: list[int] = []

        def write(j: int, pad: str) -> str:
            order.append(j)
            kind, channels = ("JOINT", "3") if j else ("ROOT", "6 Xposition Yposition Zposition")
            text = f"{pad}{kind} {self.names[j]}\n{pad}{{\n{pad}\tOFFSET {_numbers(self.offsets[j])}\n"
            text += f"{pad}\tCHANNELS {channels} Zrotation Yrotation Xrotation\n"
            below = [k for k in range(22) if PARENT[k] == j]
            text += "".join(write(k, pad + "\t") for k in below)
            if not below:
                text += f"{pad}\tEnd Site\n{pad}\t{{\n{pad}\t\tOFFSET {_numbers(0.3 * self.offsets[j])}\n{pad}\t}}\n"
            return text + f"{pad}}}\n"

        hierarchy = write(0, "")
        rows = []
        for t, place in enumerate(self.places):
            row = list(place)
            for j in order:
                row += _euler_zyx(self.local[t, j])
            rows.append(_numbers(row))
        head = f"MOTION\nFrames: {len(rows)}\nFrame Time: {1 / fps:.8f}\n"
        return "HIERARCHY\n" + hierarchy + head + "\n".join(rows) + "\n"

    def gltf(self, fps: float = 30.0, object_scale: float = 1.0) -> str:
        blob, views, accessors = bytearray(), [], []

        def accessor(array: np.ndarray, kind: str, **more) -> int:
            views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": array.size * 4})
            blob.extend(array.astype("<f4").tobytes())
            accessors.append({"bufferView": len(views) - 1, "componentType": 5126, "count": len(array), "type": kind,
                              **more})  # fmt: skip
            return len(accessors) - 1

        nodes = []
        bind = np.tile(np.eye(4), (22, 1, 1))
        for j in range(22):
            at = self.offsets[j] + (bind[PARENT[j], :3, 3] if j else 0)
            bind[j, :3, 3] = at
            children = [k for k in range(22) if PARENT[k] == j]
            node = {"name": self.names[j], "translation": self.offsets[j].tolist()}
            nodes.append(node | ({"children": children} if children else {}))
        inverse = np.linalg.inv(bind)
        skin = {"joints": list(range(22)), "inverseBindMatrices": accessor(inverse.transpose(0, 2, 1), "MAT4")}
        seconds = np.arange(len(self.places)) / fps
        times = accessor(seconds, "SCALAR", min=[0.0], max=[float(seconds[-1])])
        samplers, channels = [], []
        tracks = [(0, "translation", self.places, "VEC3")]
        tracks += [(j, "rotation", np.array([_quaternion(m) for m in self.local[:, j]]), "VEC4") for j in range(22)]
        for node, path, values, kind in tracks:
            samplers.append({"input": times, "output": accessor(values, kind), "interpolation": "LINEAR"})
            channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})
        nodes.append({"name": "Rig", "children": [0], "scale": [object_scale] * 3})
        uri = "data:application/octet-stream;base64," + base64.b64encode(bytes(blob)).decode()
        return json.dumps({
            "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [22]}], "nodes": nodes, "skins": [skin],
            "accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(blob), "uri": uri}],
            "animations": [{"name": "clip", "samplers": samplers, "channels": channels}],
        })  # fmt: skip


def limb_errors(got: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(limbs,) mean degrees between the limbs of two movements (T, 22, 3), after the one best turn about +Y."""

    def directions(places: np.ndarray) -> np.ndarray:
        d = np.stack([places[:, INDEX[b]] - places[:, INDEX[a]] for a, b in LIMBS], axis=1)
        return d / np.linalg.norm(d, axis=-1, keepdims=True)

    a, b = directions(truth), directions(got)
    angle = np.arctan2((a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]).sum(),
                       (a[..., 0] * b[..., 0] + a[..., 2] * b[..., 2]).sum())  # fmt: skip
    cosine = ((a @ turn(y=np.degrees(angle)).T) * b).sum(axis=-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean(axis=0)


def way(places: np.ndarray) -> float:
    """Returns the distance over the ground from the first frame to the last, in metres."""
    return float(np.linalg.norm((places[-1, 0] - places[0, 0])[[0, 2]]))


def _numbers(values: np.ndarray | list[float]) -> str:
    return " ".join(f"{value:.6f}" for value in values)


def _euler_zyx(m: np.ndarray) -> list[float]:
    """Degrees about Z, Y, X of the rotation Z Y X, each within half a turn, so that they wrap."""
    y = np.arctan2(-m[2, 0], np.hypot(m[0, 0], m[1, 0]))
    if abs(m[2, 0]) > 1 - 1e-9:  # Z and X turn about one axis
        return [float(v) for v in np.degrees((np.arctan2(-m[0, 1], m[1, 1]), y, 0.0))]
    return [float(v) for v in np.degrees((np.arctan2(m[1, 0], m[0, 0]), y, np.arctan2(m[2, 1], m[2, 2])))]


def _quaternion(m: np.ndarray) -> np.ndarray:
    """(x, y, z, w) with w >= 0."""
    w = np.sqrt(max(1 + np.trace(m), 0)) / 2
    if w > 0.05:
        return np.array((m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], 4 * w * w)) / (4 * w)
    _, vectors = np.linalg.eigh((m + m.T) / 2)
    axis = vectors[:, -1]
    angle = np.arccos(np.clip((np.trace(m) - 1) / 2, -1, 1))
    if axis @ (m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]) < 0:
        axis = -axis
    return np.append(axis * np.sin(angle / 2), np.cos(angle / 2))
