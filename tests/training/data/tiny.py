"""Writes small clips in every format that can be read, of one person with the same movement in all of them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot

_SIDES = (("left", 1.0), ("right", -1.0))

# Joint -> parent and place at rest, metres: a T-pose facing +Z on the floor, left = +X
PERSON: dict[str, tuple[str | None, tuple[float, float, float]]] = {
    "pelvis": (None, (0, 0.95, 0)),
    "spine1": ("pelvis", (0, 1.03, 0)),
    "spine2": ("spine1", (0, 1.15, 0)),
    "spine3": ("spine2", (0, 1.28, 0)),
    "neck": ("spine3", (0, 1.47, 0)),
    "head": ("neck", (0, 1.57, 0)),
    **{
        f"{side}_{joint}": (f"{side}_{parent}" if parent in ("hip", "knee", "ankle", "collar", "shoulder", "elbow")
                            else parent, (sign * x, y, z))
        for side, sign in _SIDES
        for joint, parent, (x, y, z) in (
            ("hip", "pelvis", (0.09, 0.90, 0)), ("knee", "hip", (0.09, 0.49, 0)), ("ankle", "knee", (0.09, 0.08, 0)),
            ("foot", "ankle", (0.09, 0.02, 0.12)), ("collar", "spine3", (0.03, 1.42, 0)),
            ("shoulder", "collar", (0.17, 1.42, 0)), ("elbow", "shoulder", (0.43, 1.42, 0)),
            ("wrist", "elbow", (0.68, 1.42, 0)),
        )
    },
}  # fmt: skip


def moves(frames: int, joint: str = "left_elbow", axis: int = 1, degrees: float = 60.0) -> dict[str, np.ndarray]:
    """A movement: joint -> (T, 3) degrees about X, Y, Z. The joint swings once there and back."""
    angles = np.zeros((frames, 3))
    angles[:, axis] = degrees * np.sin(np.pi * np.arange(frames) / max(frames - 1, 1))
    return {joint: angles}


# --- BVH

CMU_BVH = {
    "pelvis": "Hips", "spine1": "LowerBack", "spine2": "Spine", "spine3": "Spine1", "neck": "Neck1", "head": "Head",
    **{f"{side}_{joint}": side.capitalize() + bone for side, _ in _SIDES for joint, bone in (
        ("collar", "Shoulder"), ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand"),
        ("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase"))},
}  # fmt: skip


def bvh(movement: dict[str, np.ndarray], fps: float = 30.0, names: dict[str, str] = CMU_BVH, rests: int = 0) -> str:
    """Returns the text of a BVH file in centimetres. rests: number of rest pose frames in front.

    In the frames of the movement itself the right arm hangs, which it does not in the rest pose.
    """
    frames = len(next(iter(movement.values())))
    order: list[str] = []

    def joint(name: str, depth: int) -> str:
        order.append(name)
        parent, place = PERSON[name]
        offset = np.array(place) - (PERSON[parent][1] if parent else place)
        pad = "  " * depth
        channels = "6 Xposition Yposition Zposition" if parent is None else "3"
        children = [child for child, (of, _) in PERSON.items() if of == name]
        below = "".join(joint(child, depth + 1) for child in children)
        below = below or f"{pad}  End Site\n{pad}  {{\n{pad}    OFFSET 0 0 5\n{pad}  }}\n"
        return (
            f"{pad}{'ROOT' if parent is None else 'JOINT'} {names[name]}\n{pad}{{\n"
            f"{pad}  OFFSET {' '.join(f'{100 * x:.4f}' for x in offset)}\n"
            f"{pad}  CHANNELS {channels} Zrotation Yrotation Xrotation\n{below}{pad}}}\n"
        )

    hierarchy = joint("pelvis", 0)
    lines = []
    for t in range(-rests, frames):
        numbers = [0.0, 95.0, 0.0]
        for name in order:
            x, y, z = movement[name][t] if t >= 0 and name in movement else (0.0, 0.0, 0.0)
            if t >= 0 and name == "right_shoulder" and name not in movement:
                z = 75.0
            numbers += [z, y, x]
        lines.append(" ".join(f"{number:.4f}" for number in numbers))
    head = f"MOTION\nFrames: {frames + rests}\nFrame Time: {1 / fps:.7f}\n"
    return "HIERARCHY\n" + hierarchy + head + "\n".join(lines) + "\n"


# --- ASF and AMC

# Bone -> parent, from which of the person's places to which, degrees of freedom
_ASF: dict[str, tuple[str, tuple[float, ...], tuple[float, ...], str]] = {}


def _asf_bones() -> None:
    def place(joint: str) -> tuple[float, ...]:
        return PERSON[joint][1]

    chain = [
        ("lowerback", "root", "pelvis", "spine2"), ("upperback", "lowerback", "spine2", "spine3"),
        ("thorax", "upperback", "spine3", "neck"),
    ]  # fmt: skip
    for bone, parent, start, end in chain:
        _ASF[bone] = (parent, place(start), place(end), "rx ry rz")
    _ASF["lowerneck"] = ("thorax", place("neck"), (0, 1.52, 0), "rx ry rz")
    _ASF["upperneck"] = ("lowerneck", (0, 1.52, 0), place("head"), "rx ry rz")
    _ASF["head"] = ("upperneck", place("head"), (0, 1.75, 0), "rx ry rz")
    for side, sign in _SIDES:
        s = side[0]
        _ASF[f"{s}hipjoint"] = ("root", place("pelvis"), place(f"{side}_hip"), "")
        for bone, parent, start, end, dof in (
            ("femur", "hipjoint", "hip", "knee", "rx ry rz"), ("tibia", "femur", "knee", "ankle", "rx"),
            ("foot", "tibia", "ankle", "foot", "rx rz"),
        ):  # fmt: skip
            _ASF[f"{s}{bone}"] = (f"{s}{parent}", place(f"{side}_{start}"), place(f"{side}_{end}"), dof)
        _ASF[f"{s}toes"] = (f"{s}foot", place(f"{side}_foot"), (sign * 0.09, 0.02, 0.18), "rx")
        _ASF[f"{s}clavicle"] = ("thorax", place("neck"), place(f"{side}_shoulder"), "ry rz")
        _ASF[f"{s}humerus"] = (f"{s}clavicle", place(f"{side}_shoulder"), place(f"{side}_elbow"), "rx ry rz")
        _ASF[f"{s}radius"] = (f"{s}humerus", place(f"{side}_elbow"), place(f"{side}_wrist"), "ry")
        _ASF[f"{s}wrist"] = (f"{s}radius", place(f"{side}_wrist"), (sign * 0.70, 1.42, 0), "ry")
        _ASF[f"{s}hand"] = (f"{s}wrist", (sign * 0.70, 1.42, 0), (sign * 0.78, 1.42, 0), "rx rz")


_asf_bones()
_UNIT = 0.0254 / 0.45


def asf() -> str:
    """The text of an ASF file with the bones of CMU's, lengths in its unit, angles in degrees."""
    data, children = [], {}
    for number, (bone, (parent, start, end, dof)) in enumerate(_ASF.items(), 1):
        offset = (np.array(end) - start) / _UNIT
        length = np.linalg.norm(offset)
        direction = " ".join(f"{x:.6f}" for x in offset / length)
        freedoms = f"    dof {dof}\n" if dof else ""
        data.append(
            f"  begin\n    id {number}\n    name {bone}\n    direction {direction}\n    length {length:.6f}\n"
            f"    axis 0 0 0 XYZ\n{freedoms}  end\n"
        )
        children.setdefault(parent, []).append(bone)
    hierarchy = "".join(f"    {parent} {' '.join(below)}\n" for parent, below in children.items())
    return (
        "# made by a test\n:version 1.10\n:name tiny\n:units\n  mass 1.0\n  length 0.45\n  angle deg\n"
        ":documentation\n  nothing\n:root\n  order TX TY TZ RX RY RZ\n  axis XYZ\n  position 0 0 0\n"
        f"  orientation 0 0 0\n:bonedata\n{''.join(data)}:hierarchy\n  begin\n{hierarchy}  end\n"
    )


def amc(movement: dict[str, np.ndarray]) -> str:
    """The text of an AMC file for `asf`. movement: bone -> (T, 3) degrees about X, Y, Z."""
    frames = len(next(iter(movement.values())))
    lines = ["# made by a test", ":FULLY-SPECIFIED", ":DEGREES"]
    for t in range(frames):
        angles = {bone: values[t] for bone, values in movement.items()}
        lines += [str(t + 1), f"root 0 {0.95 / _UNIT:.6f} 0 0 0 0"]
        for bone, (*_, dof) in _ASF.items():
            if dof:
                turn = angles.get(bone, np.zeros(3))
                lines.append(f"{bone} " + " ".join(f"{turn['xyz'.index(f[1])]:.5f}" for f in dof.split()))
    return "\n".join(lines) + "\n"


# --- DeepMimic's

# where a joint's numbers begin in a frame, and how many it has
HUMANOID3D = {
    "root": (4, 4), "chest": (8, 4), "neck": (12, 4), "right_hip": (16, 4), "right_knee": (20, 1),
    "right_ankle": (21, 4), "right_shoulder": (25, 4), "right_elbow": (29, 1), "left_hip": (30, 4),
    "left_knee": (34, 1), "left_ankle": (35, 4), "left_shoulder": (39, 4), "left_elbow": (43, 1),
}  # fmt: skip


def humanoid3d_frames(frames: int, hinges: dict[str, np.ndarray] | None = None, seconds: float = 1 / 30) -> np.ndarray:
    """Returns frames (T, 44) of a standing person. hinges: knee or elbow -> (T,) radians."""
    rows = np.zeros((frames, 44))
    rows[:, 0] = seconds
    rows[:, 2] = 0.9
    for at, count in HUMANOID3D.values():
        if count == 4:
            rows[:, at] = 1.0
    for joint, angles in (hinges or {}).items():
        rows[:, HUMANOID3D[joint][0]] = angles
    return rows


def humanoid3d(rows: np.ndarray) -> str:
    return json.dumps({"Loop": "none", "Frames": rows.tolist()})


# --- glTF

KAYKIT = {
    "pelvis": "hips", "spine2": "spine", "spine3": "chest", "head": "head",
    **{f"{side}_{joint}": f"{bone}.{side[0]}" for side, _ in _SIDES for joint, bone in (
        ("shoulder", "upperarm"), ("elbow", "lowerarm"), ("wrist", "hand"),
        ("hip", "upperleg"), ("knee", "lowerleg"), ("ankle", "foot"), ("foot", "toes"))},
}  # fmt: skip


def gltf(animations: dict[str, dict[str, np.ndarray]], names: dict[str, str] = KAYKIT) -> str:
    """The text of a glTF file, its binary part inside. animations: name -> movement at 30 frames per second."""
    joints = list(names)
    nodes, blob, views, accessors = [], bytearray(), [], []

    def kept_parent(joint: str) -> str | None:
        parent = PERSON[joint][0]
        while parent is not None and parent not in names:
            parent = PERSON[parent][0]
        return parent

    def accessor(array: np.ndarray, kind: str, **more) -> int:
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": array.size * 4})
        blob.extend(array.astype("<f4").tobytes())
        accessors.append({"bufferView": len(views) - 1, "componentType": 5126, "count": len(array), "type": kind,
                          **more})  # fmt: skip
        return len(accessors) - 1

    for joint in joints:
        parent = kept_parent(joint)
        offset = np.array(PERSON[joint][1]) - (PERSON[parent][1] if parent else np.zeros(3))
        children = [joints.index(child) for child in joints if kept_parent(child) == joint]
        node = {"name": names[joint], "translation": offset.tolist()}
        nodes.append(node | ({"children": children} if children else {}))
    inverse = np.tile(np.eye(4), (len(joints), 1, 1))
    inverse[:, :3, 3] = [-np.array(PERSON[joint][1]) for joint in joints]
    skin = {"joints": list(range(len(joints))),
            "inverseBindMatrices": accessor(inverse.transpose(0, 2, 1), "MAT4")}  # fmt: skip
    written = []
    for name, movement in animations.items():
        samplers, channels = [], []
        for joint, degrees in movement.items():
            seconds = np.arange(len(degrees)) / 30
            quats = rot.axis_angle_to_quat(np.radians(degrees))[:, [1, 2, 3, 0]]  # one axis at a time; glTF's is xyzw
            times = accessor(seconds, "SCALAR", min=[0.0], max=[float(seconds[-1])])
            samplers.append({"input": times, "output": accessor(quats, "VEC4"), "interpolation": "LINEAR"})
            target = {"node": joints.index(joint), "path": "rotation"}
            channels.append({"sampler": len(samplers) - 1, "target": target})
        written.append({"name": name, "samplers": samplers, "channels": channels})
    nodes.append({"name": "Rig", "children": [joints.index("pelvis")]})
    uri = "data:application/octet-stream;base64," + base64.b64encode(bytes(blob)).decode()
    return json.dumps(
        {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [len(nodes) - 1]}], "nodes": nodes,
         "skins": [skin], "accessors": accessors, "bufferViews": views,
         "buffers": [{"byteLength": len(blob), "uri": uri}]}
        | ({"animations": written} if written else {})
    )  # fmt: skip


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
