"""Which files are read, and BVH and glTF through Blender's importers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import facing_forward
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.retarget.retarget import retarget
from motionclip_blender.core.retarget.rig_maps import matching_rig
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.rig.interchange.export import Wish, write_file
from motionclip_blender.rig.interchange.read import read_bvh, read_gltf
from tests.synthetic import angle_between, arm_swing
from tests.training.data import tiny
from training.data.clip_files.catalogue import Collection, SourceFile, source_files
from training.data.clip_files.reading import read_clips

KNEE = "LeftLeg"


def angles(clip: SourceClip, bone: str) -> np.ndarray:
    """(T,) degrees by which a bone is turned off its rest."""
    b = clip.bones.index(bone)
    turn = rot.quat_multiply(clip.rotations[:, b], rot.quat_conjugate(clip.rest_rotations[b]))
    return np.degrees(2 * np.arccos(np.clip(np.abs(turn[:, 0]), 0, 1)))


# --- the catalogue


def test_a_folder_without_clips(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(UserError, match="holds no clips"):
        source_files(tmp_path)
    with pytest.raises(UserError, match="holds no clips"):
        source_files(tmp_path / "none")


def test_files_of_no_known_collection_belong_to_their_folder(tmp_path: Path):
    for path in ("a.bvh", "my/dances/b.glb", "my/c.humanoid3d.json", "my/c.json", "d.txt"):
        tiny.write(tmp_path / path, "")
    found = {file.path.name: (file.collection.name, file.stem) for file in source_files(tmp_path)}
    assert found == {"a.bvh": ("own", "a"), "b.glb": ("my-dances", "b"), "c.humanoid3d.json": ("my", "c")}


def test_folders_that_are_called_like_clips_are_no_files(tmp_path: Path):
    (tmp_path / "old.bvh").mkdir()
    (tmp_path / "gone.bvh").symlink_to(tmp_path / "nowhere.bvh")
    (tmp_path / "cmu" / "x.amc").mkdir(parents=True)
    tiny.write(tmp_path / "a.bvh", "")
    assert [file.path.name for file in source_files(tmp_path)] == ["a.bvh"]


def test_the_table_of_a_collection_gives_rates_and_skeletons(tmp_path: Path):
    tiny.write(tmp_path / "cmu" / "clips.csv", "file,skeleton,fps\n1_1.amc,asf/one.asf,60\n2_1.bvh,,\n")
    for name in ("1_1.amc", "2_1.bvh", "3_1.amc"):
        tiny.write(tmp_path / "cmu" / name, "")
    files = {file.path.name: file for file in source_files(tmp_path)}
    assert files["1_1.amc"].fps == 60 and files["1_1.amc"].skeleton == tmp_path / "cmu" / "asf" / "one.asf"
    assert files["2_1.bvh"].fps is None and files["2_1.bvh"].collection.rest_frame
    assert files["3_1.amc"].skeleton is None


@pytest.mark.parametrize(
    "text", ["file,fps\na.amc,fast\n", "name\na.amc\n", "file,fps\na.amc,-3\n", "file,fps\na.amc,nan\n"]
)
def test_a_damaged_table(tmp_path: Path, text: str):
    tiny.write(tmp_path / "cmu" / "a.amc", "")
    tiny.write(tmp_path / "cmu" / "clips.csv", text)
    with pytest.raises(UserError, match=r"clips\.csv"):
        source_files(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '"file","fps"\n"a.bvh","60"\n', '"file";"fps"\n"a.bvh";"60"\n', "# rates\n\nfile,fps\n\na.bvh,60\n",
        "File,Frame Rate\nA.BVH,60\n", "file,framerate\na,60\n", "file\tHz\nmy\\a.bvh\t60,0\n",
        "file,fps\nC:\\Users\\me\\a.bvh,60\n", "file,fps\n/home/me/a.bvh,60\n", "file,fps\na.bvh,60\na.bvh,60\n",
    ],
)  # fmt: skip
def test_tables_as_spreadsheets_write_them(tmp_path: Path, text: str):
    tiny.write(tmp_path / "my" / "a.bvh", "")
    tiny.write(tmp_path / "clips.csv", text)
    (file,) = source_files(tmp_path)
    assert file.fps == 60


def test_a_table_that_says_two_things_of_a_clip(tmp_path: Path):
    tiny.write(tmp_path / "a.bvh", "")
    tiny.write(tmp_path / "clips.csv", "file,fps\na.bvh,60\nA.bvh,30\n")
    with pytest.raises(UserError, match=r"clips\.csv .*contradictory rows for A\.bvh"):
        source_files(tmp_path)


@pytest.mark.parametrize("place", ["12_3.asf", "12.asf", "asf/12.asf"])
def test_a_skeleton_is_found_beside_its_motion(tmp_path: Path, place: str):
    tiny.write(tmp_path / "12_3.amc", "")
    skeleton = tiny.write(tmp_path / place, "")
    (file,) = source_files(tmp_path)
    assert file.skeleton == skeleton


# --- one door


def test_the_same_movement_in_every_format(tmp_path: Path):
    bend = tiny.moves(12, "left_knee", axis=0, degrees=70)
    tiny.write(tmp_path / "a.bvh", tiny.bvh(bend))
    tiny.write(tmp_path / "b.amc", tiny.amc({"ltibia": bend["left_knee"]}))
    tiny.write(tmp_path / "b.asf", tiny.asf())
    rows = tiny.humanoid3d_frames(12, {"left_knee": -np.radians(bend["left_knee"][:, 0])})
    tiny.write(tmp_path / "c.humanoid3d.json", tiny.humanoid3d(rows))
    tiny.write(tmp_path / "d.gltf", tiny.gltf({"Bend": bend}))
    clips = {name: clip for file in source_files(tmp_path) for name, clip in read_clips(file)}
    assert list(clips) == ["own/a", "own/b", "own/c", "own/Bend"]
    for name, clip in clips.items():
        assert len(clip) == 12 and clip.fps == pytest.approx(120 if name == "own/b" else 30), name
        knee = matching_rig(clip.bones).pairs["left_knee"][0]
        np.testing.assert_allclose(angles(clip, knee), bend["left_knee"][:, 0], atol=0.01, err_msg=name)
        ankle = matching_rig(clip.bones).pairs["left_ankle"][0]
        shin = clip.heads[6, clip.bones.index(ankle)] - clip.heads[6, clip.bones.index(knee)]
        assert shin[2] < -0.5 * np.linalg.norm(shin), f"{name}: the knee bends backwards"
        left = clip.rest_heads[clip.bones.index(matching_rig(clip.bones).pairs["left_hip"][0])]
        assert left[0] > 0, name


def test_a_single_pose_is_no_motion(tmp_path: Path):
    tiny.write(tmp_path / "a.amc", tiny.amc(tiny.moves(1, "lradius")))
    tiny.write(tmp_path / "a.asf", tiny.asf())
    tiny.write(tmp_path / "b.bvh", tiny.bvh(tiny.moves(1)))
    tiny.write(tmp_path / "c.humanoid3d.json", tiny.humanoid3d(tiny.humanoid3d_frames(1)))
    for file in source_files(tmp_path):
        with pytest.raises(UserError, match=f"^{file.path.name} holds a single pose"):
            list(read_clips(file))


def test_a_format_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(UserError, match=r"^walk\.c3d is of no format"):
        list(read_clips(SourceFile(tmp_path / "walk.c3d")))


def test_files_of_other_formats_are_named(tmp_path: Path):
    for number in range(7):
        tiny.write(tmp_path / "takes" / f"{number}.c3d", "")
    with pytest.raises(
        UserError, match=r"holds no clips .*, but takes/0\.c3d, .* and 2 more, which are not read; give"
    ):
        source_files(tmp_path)
    tiny.write(tmp_path / "a.bvh", "")
    tiny.write(tmp_path / "someone" / "female_stagei.npz", "")
    notes: list[str] = []
    assert [file.path.name for file in source_files(tmp_path, notes=notes)] == ["a.bvh"]
    (said,) = notes
    assert (
        said.startswith("Not read, of other formats: takes/0.c3d, takes/1.c3d, ")
        and "and 2 more; export them as BVH" in said
    )


# --- SMPL-X and FBX


def test_files_of_smplx_keep_their_motion(tmp_path: Path):
    motion = arm_swing(40)
    amass.save(motion, tmp_path / "own" / "dance.npz")
    (file,) = source_files(tmp_path)
    ((name, clip),) = read_clips(file)
    assert name == "own/dance" and clip.fps == motion.fps and len(clip) == 40
    made = retarget(clip, matching_rig(clip.bones).pairs, Body.load())
    assert np.degrees(angle_between(made.rotations[:, :22], facing_forward(motion).rotations[:, :22])).max() < 3
    turned = tmp_path / "down.npz"
    with np.load(tmp_path / "own" / "dance.npz") as data:
        arrays = {name: data[name] for name in data.files if name not in ("up_axis", "trans_origin")}
    half = np.array([[1.0, 0, 0], [0, -1.0, 0], [0, 0, -1.0]])
    poses = arrays["poses"].copy()
    root = half @ rot.quat_to_matrix(rot.axis_angle_to_quat(poses[:, :3]))
    poses[:, :3] = rot.quat_to_axis_angle(rot.matrix_to_quat(root))
    np.savez(turned, **arrays | {"poses": poses, "trans": arrays["trans"] @ half})
    ((_, again),) = read_clips(SourceFile(turned), up="-y")
    assert (again.heads[:, clip.bones.index("head"), 1] > again.heads[:, 0, 1]).all()


def test_an_fbx_file_is_called_after_the_file(tmp_path: Path):
    body, motion = Body.load(), arm_swing(20)
    write_file(body, motion, "mixamo.com", tmp_path / "walk.fbx", Wish("fbx"))
    (file,) = source_files(tmp_path)
    ((name, clip),) = read_clips(file)
    assert name == "own/walk" and len(clip) == 20


# --- BVH


def bvh(folder: Path, text: str, **options) -> SourceClip:
    return read_bvh(tiny.write(folder / "walk.bvh", text), **options)


@pytest.mark.parametrize(("fps", "frames", "expected"), [(30, 31, 31), (120, 121, 31), (60, 62, 31), (15, 16, 31)])
def test_a_bvh_is_brought_to_thirty_frames_a_second(tmp_path: Path, fps: int, frames: int, expected: int):
    clip = bvh(tmp_path, tiny.bvh(tiny.moves(frames, "left_knee", axis=0), fps=fps))
    assert clip.fps == 30 and len(clip) == expected
    assert angles(clip, KNEE).max() == pytest.approx(60, abs=1)


@pytest.mark.parametrize("written", ["0.033333", "0.0333333", ".03333333", "3.33333e-2"])
def test_a_rounded_frame_time_loses_no_frame(tmp_path: Path, written: str):
    text = tiny.bvh(tiny.moves(200)).replace("Frame Time: 0.0333333", f"Frame Time: {written}")
    assert len(bvh(tmp_path, text)) == 200


def test_the_true_rate_overrides_the_headers(tmp_path: Path):
    text = tiny.bvh(tiny.moves(61, "left_knee", axis=0), fps=120)  # which is wrong: it was recorded at 60
    assert len(bvh(tmp_path, text)) == 16
    assert len(bvh(tmp_path, text, fps=60.0)) == 31


@pytest.mark.parametrize("rests", [1, 2, 3])
def test_added_rest_poses_are_dropped(tmp_path: Path, rests: int):
    movement = tiny.moves(20, "left_knee", axis=0)
    clip = bvh(tmp_path, tiny.bvh(movement, rests=rests), rest_frame=True)
    assert len(clip) == 20
    # in the movement the right arm hangs from its first frame on
    np.testing.assert_allclose(angles(clip, "RightArm"), 75, atol=0.01)


def test_without_a_rest_pose_nothing_more_is_dropped(tmp_path: Path):
    movement = tiny.moves(20, "left_knee", axis=0)
    assert len(bvh(tmp_path, tiny.bvh(movement, rests=1))) == 21
    assert len(bvh(tmp_path, tiny.bvh(movement), rest_frame=True)) == 19


def test_a_bvh_keeps_its_shape_and_place(tmp_path: Path):
    clip = bvh(tmp_path, tiny.bvh(tiny.moves(5)))
    for joint, bone in tiny.CMU_BVH.items():
        at = np.array(tiny.PERSON[joint][1]) * 100 - (0, 95, 0)
        np.testing.assert_allclose(clip.rest_heads[clip.bones.index(bone)], at, atol=0.01, err_msg=bone)
    assert clip.heads[0, clip.bones.index("Hips"), 1] == pytest.approx(95, abs=1e-3)


GOOD = tiny.bvh(tiny.moves(10))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "walk.bvh is not a BVH file"),
        ("some other text\n", "walk.bvh is not a BVH file"),
        (GOOD[: GOOD.index("MOTION")], "walk.bvh has a skeleton and no motion"),
        (GOOD[: GOOD.index("Frames: 10")], "walk.bvh has a skeleton and no motion"),
        (GOOD[GOOD.index("MOTION") :], "walk.bvh is not a BVH file"),
        (GOOD[: GOOD.index("MOTION") - 200], "walk.bvh has a skeleton and no motion"),
        (GOOD[:-400], "walk.bvh says 10 frames and holds"),
        (GOOD.replace("Frames: 10", "Frames: 11"), "walk.bvh says 11 frames and holds 10"),
        (GOOD.replace("Frames: 10", "Frames: 9"), "walk.bvh says 9 frames and holds 10"),
        (GOOD.replace("Frames: 10", "Frames: many"), "walk.bvh has a skeleton and no motion: its lines MOTION, Frames"),
        (GOOD.replace("Frames: 10", "Frames: " + "9" * 5000), "walk.bvh has a skeleton and no motion"),
        (GOOD.replace("Frames: 10", "Frames: -1"), "walk.bvh says -1 frames and holds 10"),
        (GOOD.replace("Frame Time: 0.0333333", "Frame Time: 0"), "walk.bvh is not a BVH file"),
        (GOOD.replace("Frame Time: 0.0333333", "Frame Time: -1"), "walk.bvh has a skeleton and no motion"),
        (GOOD.replace("95.0000", "nan", 2), "walk.bvh holds numbers that are not finite"),
        (GOOD.replace("75.0000", "inf"), "walk.bvh holds numbers that are not finite"),
        (GOOD.replace("75.0000", "7x"), "walk.bvh is damaged: its frames hold more than numbers"),
        (GOOD.replace("HIERARCHY", "THING").replace("ROOT", "TOOR"), "walk.bvh"),
        (GOOD[: GOOD.index("MOTION")].replace("}", "") + GOOD[GOOD.index("MOTION") :], "walk.bvh is not a BVH file"),
        (GOOD.replace("Zrotation Yrotation", "Zspin Yspin"), "walk.bvh"),
        (GOOD[: GOOD.index("Frames: 10")] + "Frames: 0\nFrame Time: 0.0333333\n", "walk.bvh holds no frames; export"),
        (GOOD[: GOOD.index("Frames: 10")] + "Frames: 0\nFrame Time: 0", "walk.bvh holds no frames; export"),
        (GOOD[: GOOD.index("Frames: 10")] + "Frames: 3\nFrame Time: 0.0333333\n", "walk.bvh holds no frames; export"),
    ],
)
def test_bvh_files_that_are_damaged(tmp_path: Path, text: str, says: str):
    path = tiny.write(tmp_path / "walk.bvh", text)
    with pytest.raises(UserError) as error:
        list(read_clips(SourceFile(path)))
    assert str(error.value).startswith(says) and str(error.value).endswith(".") and "\n" not in str(error.value)


def test_a_bvh_of_rest_poses_only(tmp_path: Path):
    path = tiny.write(tmp_path / "walk.bvh", tiny.bvh(tiny.moves(1)))
    with pytest.raises(UserError, match=r"^walk\.bvh holds a single pose"):
        list(read_clips(SourceFile(path, Collection("own", rest_frame=True))))


def test_a_bvh_that_is_not_there(tmp_path: Path):
    with pytest.raises(UserError, match=r"^none\.bvh cannot be read"):
        read_bvh(tmp_path / "none.bvh")


# --- glTF


def test_every_animation_is_a_clip_but_poses_and_those_that_are_skipped(tmp_path: Path):
    swing, nod = tiny.moves(16, "left_elbow"), tiny.moves(11, "head", axis=0)
    animations = {"Swing": swing, "Nod": nod, "T-Pose": tiny.moves(20), "Sit_Pose": tiny.moves(2)}
    path = tiny.write(tmp_path / "a.gltf", tiny.gltf(animations))
    collection = Collection("mine", skip=("T-*",))
    clips = dict(read_clips(SourceFile(path, collection)))
    assert {name: len(clip) for name, clip in clips.items()} == {"mine/Nod": 11, "mine/Swing": 16}
    np.testing.assert_allclose(angles(clips["mine/Swing"], "lowerarm.l"), np.abs(swing["left_elbow"][:, 1]), atol=0.02)
    np.testing.assert_allclose(angles(clips["mine/Nod"], "head"), nod["head"][:, 0], atol=0.02)


def test_an_animations_name_cannot_lead_out_of_its_folder(tmp_path: Path):
    path = tiny.write(tmp_path / "a.gltf", tiny.gltf({"../../Armature|Swing": tiny.moves(5)}))
    ((name, _),) = read_clips(SourceFile(path))
    assert name == "own/..-..-Armature-Swing"


SWING = json.loads(tiny.gltf({"Swing": tiny.moves(5)}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.gltf cannot be read by Blender"),
        ("{", "a.gltf cannot be read by Blender"),
        ("[]", "a.gltf cannot be read by Blender"),
        ("\x00\x01rubbish", "a.gltf cannot be read by Blender"),
        (tiny.gltf({"Swing": tiny.moves(5)})[:-300], "a.gltf cannot be read by Blender"),
        (tiny.gltf({}), "a.gltf holds no animation"),
        ('{"asset": {"version": "2.0"}, "scenes": [{"nodes": []}], "scene": 0}', "a.gltf holds 0 skeletons"),
        (json.dumps({"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}],
                     "nodes": [{"name": "box"}]}), "a.gltf holds 0 skeletons"),
        (json.dumps(SWING | {"buffers": [{"byteLength": 9, "uri": "no.bin"}]}), "a.gltf cannot be read by Blender"),
        (json.dumps(SWING | {"buffers": [{"byteLength": 0, "uri": "data:application/octet-stream;base64,"}]}),
         "a.gltf cannot be read by Blender"),
    ],
)  # fmt: skip
def test_gltf_files_that_are_damaged(tmp_path: Path, text: str, says: str):
    path = tiny.write(tmp_path / "a.gltf", text)
    with pytest.raises(UserError) as error:
        list(read_gltf(path))
    assert str(error.value).startswith(says) and str(error.value).endswith(".") and "\n" not in str(error.value)


def test_a_gltf_with_numbers_that_are_not_finite(tmp_path: Path):
    path = tiny.write(tmp_path / "a.gltf", tiny.gltf({"Swing": {"left_elbow": np.full((5, 3), np.nan)}}))
    with pytest.raises(UserError, match=r"^a\.gltf .*not finite"):
        list(read_clips(SourceFile(path)))


def test_a_gltf_rig_that_no_map_fits(tmp_path: Path):
    names = {joint: f"Bone.{i:03}" for i, joint in enumerate(tiny.KAYKIT)}
    path = tiny.write(tmp_path / "a.gltf", tiny.gltf({"Swing": tiny.moves(5)}, names))
    ((_, clip),) = read_clips(SourceFile(path))
    with pytest.raises(UserError, match=r"No rig map fits the bones .*--rig-maps"):
        matching_rig(clip.bones)
