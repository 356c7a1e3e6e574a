"""glTF files with several objects: which animation moves which, and what stays as it is."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.rig_maps import matching_rig
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.rig.interchange.read import read_gltf
from tests.training.data import tiny

FRAMES = 21
JOINTS = list(tiny.KAYKIT)
WALK = tiny.moves(FRAMES, "left_hip", axis=0)


def document(*animations: str) -> dict:
    """Returns a document of a person with an animation of each name, all of one movement; the node "Rig" is above the
    bones.
    """
    return json.loads(tiny.gltf(dict.fromkeys(animations, WALK)))


def node(made: dict, name: str) -> int:
    return next(i for i, each in enumerate(made["nodes"]) if each["name"] == name)


def add_node(made: dict, name: str, above: str | None = None, **more) -> int:
    """Adds a node to the scene. above: the node of the scene that becomes its child."""
    made["nodes"].append({"name": name, **more})
    number = len(made["nodes"]) - 1
    roots = made["scenes"][0]["nodes"]
    if above:
        roots.remove(node(made, above))
        made["nodes"][number]["children"] = [node(made, above)]
    roots.append(number)
    return number


def accessor(made: dict, values: np.ndarray, kind: str) -> int:
    blob = np.asarray(values, "<f4").tobytes()
    made["buffers"].append({
        "byteLength": len(blob), "uri": "data:application/octet-stream;base64," + base64.b64encode(blob).decode(),
    })  # fmt: skip
    made["bufferViews"].append({"buffer": len(made["buffers"]) - 1, "byteLength": len(blob)})
    made["accessors"].append({"bufferView": len(made["bufferViews"]) - 1, "componentType": 5126,
                              "count": len(values), "type": kind, "min": [float(np.min(values))],
                              "max": [float(np.max(values))]})  # fmt: skip
    return len(made["accessors"]) - 1


def animate(made: dict, animation: str, target: int, path: str, values: np.ndarray) -> None:
    """Adds a channel at 30 frames a second; also the animation, where there is none of this name."""
    known = made.setdefault("animations", [])
    if animation not in [each["name"] for each in known]:
        known.append({"name": animation, "samplers": [], "channels": []})
    into = next(each for each in known if each["name"] == animation)
    kind = {"rotation": "VEC4", "weights": "SCALAR"}.get(path, "VEC3")
    times = accessor(made, np.arange(len(values)) / 30, "SCALAR")
    into["samplers"].append({"input": times, "output": accessor(made, values, kind)})
    into["channels"].append({"sampler": len(into["samplers"]) - 1, "target": {"node": target, "path": path}})


def turns(axis: tuple[float, float, float], degrees: np.ndarray) -> np.ndarray:
    """Returns quaternions (T, 4) in glTF's order: xyzw."""
    return rot.axis_angle_to_quat(np.radians(degrees)[:, None] * np.array(axis))[:, [1, 2, 3, 0]]


def way(metres: float, frames: int = FRAMES) -> np.ndarray:
    return np.linspace((0, 0, 0), (0, 0, metres), frames)


def read(folder: Path, made: dict) -> dict[str, SourceClip]:
    return dict(read_gltf(tiny.write(folder / "a.gltf", json.dumps(made))))


def place(clip: SourceClip, joint: str) -> np.ndarray:
    """Returns positions (T, 3)."""
    return clip.heads[:, clip.bones.index(matching_rig(clip.bones).pairs[joint][0])]


def same(a: SourceClip, b: SourceClip) -> None:
    assert a.bones == b.bones
    for x, y in ((a.heads, b.heads), (a.rest_heads, b.rest_heads)):
        np.testing.assert_allclose(x, y, atol=1e-5)
    np.testing.assert_allclose(rot.quat_to_matrix(a.rotations), rot.quat_to_matrix(b.rotations), atol=1e-5)


# --- what an animation has no channel for is at its own transform


@pytest.mark.parametrize(
    ("joint", "path", "value"),
    [
        ("left_shoulder", "rotation", (0, 0, 0.7071, 0.7071)),
        ("head", "rotation", (0.5, 0.5, 0.5, 0.5)),
        ("pelvis", "translation", (3.0, 2.0, 1.0)),
        ("pelvis", "rotation", (0, 1, 0, 0)),
        ("right_elbow", "scale", (0.1, 0.1, 0.1)),
    ],
)
def test_a_clip_does_not_keep_the_pose_of_another(tmp_path: Path, joint: str, path: str, value: tuple):
    alone = read(tmp_path, document("Walk"))["Walk"]
    made = document("Walk")
    for name in ("A first", "Z last"):  # in whatever order they are read
        animate(made, name, node(made, tiny.KAYKIT[joint]), path, np.tile(value, (FRAMES, 1)))
    clips = read(tmp_path, made)
    assert list(clips) == ["A first", "Walk", "Z last"]
    same(clips["Walk"], alone)


def test_a_bone_without_a_channel_has_its_nodes_own_turn_and_not_the_rest_pose(tmp_path: Path):
    made = document("Walk")
    arm = node(made, tiny.KAYKIT["left_shoulder"])
    made["nodes"][arm]["rotation"] = turns((0, 0, 1), np.array([-70.0]))[0].tolist()
    animate(made, "A first", arm, "rotation", turns((0, 0, 1), np.full(FRAMES, 80.0)))
    clips = read(tmp_path, made)
    hand = place(clips["Walk"], "left_wrist")[0] - place(clips["Walk"], "left_shoulder")[0]
    assert np.degrees(np.arctan2(hand[1], hand[0])) == pytest.approx(-70, abs=0.1)
    # the pose at rest is that of the skin, as ever
    rest = clips["Walk"].rest_heads
    names = matching_rig(clips["Walk"].bones).pairs
    at = {joint: rest[clips["Walk"].bones.index(names[joint][0])] for joint in ("left_wrist", "left_shoulder")}
    assert at["left_wrist"][1] == pytest.approx(at["left_shoulder"][1], abs=1e-4)


# --- a motion alone, without a skin


@pytest.mark.parametrize("meshes", [False, True])
def test_a_skeleton_without_a_skin_is_read_where_its_names_are_known(tmp_path: Path, meshes: bool):
    whole = read(tmp_path, document("Walk"))["Walk"]
    made = document("Walk")
    made.pop("skins")
    for each in made["nodes"]:
        each.pop("skin", None)
        if not meshes:
            each.pop("mesh", None)
    if not meshes:
        made.pop("meshes", None)
    clip = read(tmp_path, made)["Walk"]
    for joint in ("pelvis", "left_knee", "left_ankle", "right_wrist", "head"):
        np.testing.assert_allclose(place(clip, joint), place(whole, joint), atol=1e-5)


def test_a_thing_that_is_no_person_has_no_skeleton(tmp_path: Path):
    made = document("Walk")
    made.pop("skins")
    for i, each in enumerate(made["nodes"]):
        each["name"] = f"part {i}"
    with pytest.raises(UserError, match="holds 0 skeletons"):
        read(tmp_path, made)


# --- the way and the turn of what is above the bones


@pytest.mark.parametrize("above", ["Rig", "Root motion", "Scene", "the rig's own parent, far up"])
def test_the_way_of_what_is_above_the_bones_is_the_persons(tmp_path: Path, above: str):
    made = document("Walk")
    target = node(made, "Rig") if above == "Rig" else add_node(made, above, "Rig")
    animate(made, "Walk", target, "translation", way(1.5))
    clip = read(tmp_path, made)["Walk"]
    np.testing.assert_allclose(place(clip, "pelvis") - place(clip, "pelvis")[0], way(1.5), atol=1e-4)


def test_the_turn_of_what_is_above_the_bones_is_the_persons(tmp_path: Path):
    made = document("Walk")
    animate(made, "Walk", node(made, "Rig"), "rotation", turns((0, 1, 0), np.linspace(0, 90, FRAMES)))
    clip = read(tmp_path, made)["Walk"]
    across = place(clip, "left_hip") - place(clip, "right_hip")
    angles = np.degrees(np.arctan2(-across[:, 2], across[:, 0]))
    np.testing.assert_allclose(angles, np.linspace(0, 90, FRAMES), atol=0.1)


def test_ways_of_bones_and_of_nodes_above_add_up(tmp_path: Path):
    made = document("Walk")
    rig, scene = node(made, "Rig"), add_node(made, "Scene", "Rig")
    made["nodes"][rig]["scale"] = [0.5, 0.5, 0.5]
    animate(made, "Walk", scene, "translation", way(1.0))
    animate(made, "Walk", rig, "translation", way(0.25))
    animate(made, "Walk", node(made, "hips"), "translation", np.add(way(0.5), (0, 0.95, 0)))
    clip = read(tmp_path, made)["Walk"]
    np.testing.assert_allclose(place(clip, "pelvis")[-1] - place(clip, "pelvis")[0], (0, 0, 1.5), atol=1e-4)
    assert np.ptp(clip.rest_heads[:, 1]) == pytest.approx(0.5 * 1.57, abs=0.05), "the rest pose is as large"


def test_a_clip_does_not_keep_the_way_of_another(tmp_path: Path):
    made = document("A", "B", "C")
    scene = add_node(made, "Scene", "Rig")
    animate(made, "A", node(made, "Rig"), "translation", way(5.0))
    animate(made, "C", scene, "rotation", turns((0, 1, 0), np.full(FRAMES, 90.0)))
    clips = read(tmp_path, made)
    same(clips["B"], read(tmp_path, document("Walk"))["Walk"])
    np.testing.assert_allclose(clips["C"].rest_heads, clips["B"].rest_heads, atol=1e-5)


# --- what is no motion of the person


def face(made: dict) -> int:
    """A mesh of one triangle with a shape key."""
    corners = accessor(made, np.eye(3), "VEC3")
    made["accessors"][corners] |= {"min": [0, 0, 0], "max": [1, 1, 1]}
    made["meshes"] = [{"primitives": [{"attributes": {"POSITION": corners}, "targets": [{"POSITION": corners}]}]}]
    return add_node(made, "Face", mesh=0)


def test_a_face_that_is_animated_is_passed_over(tmp_path: Path):
    made = document("Walk")
    animate(made, "Blink", face(made), "weights", np.linspace(0, 1, FRAMES)[:, None])
    same(read(tmp_path, made)["Walk"], read(tmp_path, document("Walk"))["Walk"])
    assert list(read(tmp_path, made)) == ["Walk"]


@pytest.mark.parametrize("path", ["translation", "rotation", "scale"])
@pytest.mark.parametrize("thing", [{}, {"camera": 0}, {"extensions": {"KHR_lights_punctual": {"light": 0}}}])
def test_things_that_move_are_no_people(tmp_path: Path, thing: dict, path: str):
    made = document("Walk")
    made["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.1}}]
    made["extensionsUsed"] = ["KHR_lights_punctual"]
    made["extensions"] = {"KHR_lights_punctual": {"lights": [{"type": "point"}]}}
    values = {"translation": way(9.0), "scale": 1 + way(1.0), "rotation": turns((1, 0, 0), np.linspace(0, 90, FRAMES))}
    animate(made, "A thing", add_node(made, "Thing", **thing), path, values[path])
    clips = read(tmp_path, made)
    assert list(clips) == ["Walk"]
    same(clips["Walk"], read(tmp_path, document("Walk"))["Walk"])


def test_a_turntable_is_no_motion_of_the_person(tmp_path: Path):
    made = document("Walk")
    animate(made, "Turntable", node(made, "Rig"), "rotation", turns((0, 1, 0), np.linspace(0, 360, 60)))
    assert list(read(tmp_path, made)) == ["Walk"]


def test_a_thing_that_moves_longer_than_the_person_makes_the_clip_no_longer(tmp_path: Path):
    made = document("Walk")
    animate(made, "Walk", add_node(made, "Ball"), "translation", way(3.0, 90))
    assert len(read(tmp_path, made)["Walk"]) == FRAMES


@pytest.mark.parametrize("kind", ["a face", "a ball"])
def test_a_file_that_animates_no_person_is_refused_in_words(tmp_path: Path, kind: str):
    made = document()
    if kind == "a face":
        animate(made, "Blink", face(made), "weights", np.linspace(0, 1, FRAMES)[:, None])
    else:
        animate(made, "Bounce", add_node(made, "Ball"), "translation", way(1.0))
    with pytest.raises(UserError, match=r"^a\.gltf holds no animation of its skeleton"):
        read(tmp_path, made)


def test_a_file_whose_animations_are_all_skipped_is_no_fault(tmp_path: Path):
    path = tiny.write(tmp_path / "a.gltf", json.dumps(document("T-Pose")))
    assert list(read_gltf(path, lambda name: name == "T-Pose")) == []


# --- forms of the same file


def glb(made: dict) -> bytes:
    """The file with its first buffer inside."""
    blob = base64.b64decode(made["buffers"][0].pop("uri").split(",")[1])
    blob += b"\0" * (-len(blob) % 4)
    text = json.dumps(made).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


@pytest.mark.parametrize("name", ["a.glb", "A.GLB", "a.gltf"])
def test_a_binary_file(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(glb(document("Walk")))
    ((_, clip),) = read_gltf(tmp_path / name)
    same(clip, read(tmp_path, document("Walk"))["Walk"])


def test_a_binary_file_that_is_cut_off(tmp_path: Path):
    (tmp_path / "a.glb").write_bytes(glb(document("Walk"))[:-100])
    with pytest.raises(UserError, match=r"^a\.glb cannot be read by Blender"):
        list(read_gltf(tmp_path / "a.glb"))


@pytest.mark.parametrize("uri", ["data/walk.bin", "data\\walk.bin", "./data/walk.bin", "data/my%20walk.bin"])
def test_a_buffer_in_a_file_of_its_own(tmp_path: Path, uri: str):
    made = document("Walk")
    blob = base64.b64decode(made["buffers"][0]["uri"].split(",")[1])
    (tmp_path / "data").mkdir()
    for name in ("walk.bin", "my walk.bin"):
        (tmp_path / "data" / name).write_bytes(blob)
    made["buffers"][0]["uri"] = uri
    assert list(read(tmp_path, made)) == ["Walk"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "cp932"])
def test_any_encoding(tmp_path: Path, encoding: str):
    made = document("Walk")
    made["nodes"][0]["extras"] = {"note": "Läufer" if encoding == "latin-1" else "センター"}
    text = json.dumps(made, ensure_ascii=False)
    (tmp_path / "a.gltf").write_bytes(text.encode(encoding))
    assert [name for name, _ in read_gltf(tmp_path / "a.gltf")] == ["Walk"]


def test_meshes_and_pictures_that_blender_could_not_read_do_not_matter(tmp_path: Path):
    made = document("Walk")
    made |= {"extensionsUsed": ["KHR_texture_basisu"], "extensionsRequired": ["KHR_texture_basisu"]}
    made |= {"images": [{"uri": "none.ktx2"}], "materials": [{"name": "skin"}]}
    assert list(read(tmp_path, made)) == ["Walk"]


def test_animations_are_called_as_blender_calls_them(tmp_path: Path):
    made = document("Walk", "Run", "Sit", "Long")
    made["animations"][1]["name"] = "Walk"
    del made["animations"][2]["name"]
    made["animations"][3]["name"] = "Läuft " * 20
    names = list(read(tmp_path, made))
    assert {"Walk", "Walk.001", "Anim_2"} < set(names)
    assert all(len(name.encode()) <= 63 for name in names)


def test_channels_that_name_their_node_in_a_pointer(tmp_path: Path):
    made = document("Walk")
    for channel in made["animations"][0]["channels"]:
        target = channel["target"]
        pointer = f"/nodes/{target['node']}/{target['path']}"
        channel["target"] = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    made["extensionsUsed"] = ["KHR_animation_pointer"]
    same(read(tmp_path, made)["Walk"], read(tmp_path, document("Walk"))["Walk"])


def test_of_two_people_both_are_read(tmp_path: Path):
    made, other = document("Walk"), document("Walk")
    shift = len(made["nodes"])
    for each in other["nodes"]:
        each["name"] += " 2"
        if "children" in each:
            each["children"] = [child + shift for child in each["children"]]
    made["nodes"] += other["nodes"]
    made["skins"].append({"joints": [joint + shift for joint in other["skins"][0]["joints"]]})
    made["scenes"][0]["nodes"].append(2 * shift - 1)
    run = other["animations"][0]
    run["name"] = "Run"
    for channel in run["channels"]:
        channel["target"]["node"] += shift
    made["animations"].append(run)
    found = read(tmp_path, made)
    assert sorted(name.rpartition(" ")[2] for name in found) == ["Run", "Walk"] and len(found) == 2
    assert all(" 2" in bone for name, clip in found.items() for bone in clip.bones if name.endswith("Run"))
