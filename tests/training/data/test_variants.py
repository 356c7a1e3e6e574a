"""One known movement on skeletons of many axes, rest poses and sizes, in two formats: read correctly, or refused.

There are 200 variants: 5 axes, 5 rest poses, 4 scales, 2 formats. The quick tests take every pair of axes and rest
pose.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.measure import Errors, measure
from motionclip_blender.core.retarget.retarget import retarget
from motionclip_blender.core.retarget.solve import local_rotations
from motionclip_blender.core.retarget.source import SourceClip
from motionclip_blender.core.retarget.upright import Told, upright
from motionclip_blender.core.skeleton import INDEX as JOINT
from tests.training.data import tiny, variants
from tests.training.data.people import PAIRS
from training.data.clip_files.catalogue import SourceFile
from training.data.clip_files.reading import read_clips
from training.data.prepare import prepare_file
from training.data.records import Job

AXES, RESTS = list(variants.AXES), ["T", "A", "N", "folded", "line"]
SCALES = [1.0, 100.0, 39.37, 17.0]  # metres, centimetres, inches, nobody knows
FORMATS = ["bvh", "gltf"]
ALL = list(itertools.product(AXES, RESTS, SCALES, FORMATS))
QUICK = [(axes, rest, SCALES[(i + j) % 4], FORMATS[(i + j) % 2]) for i, axes in enumerate(AXES)
         for j, rest in enumerate(RESTS)]  # fmt: skip


@pytest.fixture(scope="module")
def rests(open_body: Body) -> dict[str, np.ndarray]:
    return variants.rests(open_body)


def variant(body: Body, axes: str, rest: np.ndarray, scale: float = 1.0, **more) -> variants.Variant:
    return variants.Variant(body, variants.AXES[axes], rest, scale, **more)


def read(folder: Path, made: variants.Variant, kind: str = "bvh", **options) -> SourceClip:
    path = tiny.write(folder / f"clip.{kind}", getattr(made, kind)(**options))
    ((_, clip),) = read_clips(SourceFile(path))
    return clip


def result(
    body: Body, clip: SourceClip, made: variants.Variant, told: Told | None = None
) -> tuple[float, float, Errors]:
    """Returns the limbs' mean error against the truth (degrees), the path's (metres), and the result of `measure`."""
    motion = retarget(clip, PAIRS, body, told)
    places = body.posed_joints(motion).astype(float)[:, :22]
    degrees = variants.limb_errors(places, made.truth).mean()
    return degrees, abs(variants.way(places) - variants.way(made.truth)), measure(clip, PAIRS, motion, body, told)


def check(folder: Path, body: Body, rests: dict[str, np.ndarray], axes: str, rest: str, scale: float, kind: str):
    made = variant(body, axes, rests[rest], scale)
    # a glTF file may have its size on the node above the bones
    clip = read(folder, made, kind, **({"object_scale": 1 / scale} if kind == "gltf" and scale > 20 else {}))
    degrees, way, errors = result(body, clip, made)
    assert degrees < 1 and way < 0.01
    assert errors.mean_degrees < 1


@pytest.mark.parametrize(("axes", "rest", "scale", "kind"), QUICK)
def test_a_known_movement_is_read(tmp_path: Path, open_body: Body, rests, axes: str, rest: str, scale, kind: str):
    check(tmp_path, open_body, rests, axes, rest, scale, kind)


@pytest.mark.slow
@pytest.mark.parametrize(("axes", "rest", "scale", "kind"), [case for case in ALL if case not in QUICK])
def test_the_other_variants(tmp_path: Path, open_body: Body, rests, axes: str, rest: str, scale, kind: str):
    check(tmp_path, open_body, rests, axes, rest, scale, kind)


@pytest.mark.parametrize("degrees", [15, 45, 80, -35, 171])
def test_a_rest_pose_may_face_anywhere(tmp_path: Path, open_body: Body, rests, degrees: float):
    made = variants.Variant(open_body, variants.turn(y=degrees), rests["A"], 100.0)
    off, way, _ = result(open_body, read(tmp_path, made), made)
    assert off < 1 and way < 0.01


def test_a_zero_pose_that_lies_while_the_person_stands(tmp_path: Path, open_body: Body):
    """The rest pose is a T-pose on its back, as in files with LAFAN1's hips."""
    made = variant(open_body, "y up, faces z", variants.rest_pose({"pelvis": variants.turn(x=-90)}), 100.0)
    off, way, _ = result(open_body, read(tmp_path, made), made)
    assert off < 1 and way < 0.01


def test_a_t_pose_in_the_clip_is_the_rest_pose_of_those_that_have_none(tmp_path: Path, open_body: Body, rests):
    world, places = variants.movement()
    world[0], places[0] = np.eye(3), (0, 0.93, 0)
    made = variant(open_body, "z up, faces x", rests["folded"], 100.0, moved=(world, places))
    clip = upright(read(tmp_path, made), PAIRS, open_body.joints())
    # exactly: every bone is then as in the first frame
    off = rot.quat_multiply(rot.quat_conjugate(clip.rest_rotations), clip.rotations[0])
    turned = np.degrees(2 * np.arccos(np.clip(np.abs(off[:, 0]), 0, 1)))
    assert np.ptp(turned) < 0.1


def test_other_proportions_and_turned_bones_are_calibrated_too(open_body: Body, rests):
    """Bones whose axes follow no rule, on a skeleton with wide hips: limbs still point where they should."""
    made = variant(open_body, "y up, faces z", rests["N"])
    clip = _clip(made, open_body, rests["N"])
    wide = clip.heads.copy()
    random = np.random.default_rng(3).normal(size=(22, 3))
    scrambled = replace(
        clip,
        heads=wide,
        rotations=rot.quat_multiply(clip.rotations, rot.axis_angle_to_quat(random)),
        rest_heads=clip.heads[5] + np.array([0, 0, 3.0]),
        rest_rotations=rot.quat_multiply(clip.rotations[5], rot.axis_angle_to_quat(random)),
    )
    bent = scrambled.rest_heads.copy()
    bent[[variants.INDEX[f"left_{joint}"] for joint in ("knee", "ankle", "foot")]] += (0, 0.5, 0)
    off, way, _ = result(open_body, replace(scrambled, rest_heads=bent), made)
    assert off < 3 and way < 0.01


def _clip(made: variants.Variant, body: Body, rest: np.ndarray) -> SourceClip:
    """The variant in the world of the truth, without a file."""
    world, _ = variants.movement()
    at_rest = variants.joints_of(rest[None], np.zeros((1, 3)), body.joints()[:22].astype(float))[0]
    turns = rot.matrix_to_quat(world @ np.swapaxes(rest, 1, 2))
    still = np.tile([1.0, 0, 0, 0], (22, 1))
    return SourceClip(variants.NAMES, at_rest, still, made.truth, turns, 30.0, y_up=False)


# --- which way is up


def test_who_lies_in_a_format_that_says_what_is_up_goes_on_lying(tmp_path: Path, open_body: Body, rests):
    world, places = variants.movement()
    down = variants.turn(x=-90)
    made = variant(open_body, "y up, faces z", rests["T"], moved=(down @ world, places @ down.T))
    motion = retarget(read(tmp_path, made, "gltf"), PAIRS, open_body)
    places = open_body.posed_joints(motion).astype(float)[:, :22]
    assert variants.limb_errors(places, made.truth).mean() < 1
    assert np.ptp(places[..., 1], axis=1).max() < 1


def swimmer(body: Body, rest: np.ndarray, over: float = 0.0, frames: int = 60) -> variants.Variant:
    """Returns a person who lies on the back and moves head first, or not at all."""
    world = variants.turn(x=-90) @ np.tile(variants.arms_down(75), (frames, 1, 1, 1))
    places = np.linspace(0, 1, frames)[:, None] * (0, 0, -over) + (0, 0.12, 5.0)
    return variants.Variant(body, np.eye(3), rest, 1.0, moved=(world, places))


@pytest.mark.parametrize("over", [3.0, 0.0])
def test_who_swims_or_lies_in_a_bvh_goes_on_lying(tmp_path: Path, open_body: Body, rests, over: float):
    """Nobody travels upwards; and a person who lies near the ground far from the origin does not stand."""
    made = swimmer(open_body, rests["T"], over)
    off, _, _ = result(open_body, read(tmp_path, made), made)
    assert off < 1


def test_a_person_upright_in_other_axes_than_the_rest_pose(tmp_path: Path, open_body: Body):
    """SMPL's rest pose has Y up, but many recordings have Z up."""
    lay = variants.turn(x=90)
    world, places = variants.movement()
    made = variant(open_body, "y up, faces z", variants.rest_pose({}), 1.0, moved=(lay @ world, places @ lay.T))
    made.truth = made.truth @ lay  # in a world whose +Y is up
    off, way, _ = result(open_body, read(tmp_path, made), made)
    assert off < 1 and way < 0.01


def undecided(body: Body, rest: np.ndarray) -> variants.Variant:
    """Returns a person who stands still in the air, or lies there."""
    world, _ = variants.movement()
    lay = variants.turn(x=90)
    return variants.Variant(body, np.eye(3), rest, 1.0, moved=(lay @ np.tile(world[:1], (40, 1, 1, 1)),
                                                               np.tile((0.0, 5.0, 5.0), (40, 1))))  # fmt: skip


def test_what_cannot_be_told_is_refused_and_can_be_said(tmp_path: Path, open_body: Body, rests):
    made = undecided(open_body, rests["T"])
    path = tiny.write(tmp_path / "clip.bvh", made.bvh())
    record = prepare_file(SourceFile(path), Job(tmp_path / "out", "", None, False))
    (problem,) = record.problems
    assert "stands along Y" in problem and "along Z throughout" in problem and "--up" in problem
    assert not list(tmp_path.rglob("*.npz"))
    record = prepare_file(SourceFile(path), Job(tmp_path / "out", "", None, False, "z"))
    assert not record.problems and record.clips[0]["errors"]["degrees"]["shin"] < 1


def test_a_mirrored_skeleton_is_refused(tmp_path: Path, open_body: Body, rests):
    made = variants.Variant(open_body, np.diag((-1.0, 1, 1)), rests["T"], 1.0)
    with pytest.raises(UserError, match=r"toes point backwards.*mirrored"):
        retarget(read(tmp_path, made), PAIRS, open_body)


def test_nobody_looks_at_the_sky_all_the_time(tmp_path: Path, open_body: Body, rests):
    """A skeleton without a rest pose, whose person leans the neck forwards and holds the head upright."""
    world, places = variants.movement()
    lean = variants.turn(x=18)
    neck, head = variants.INDEX["neck"], variants.INDEX["head"]
    world[:, neck] = world[:, neck] @ lean
    made = variant(open_body, "y up, faces z", rests["line"], moved=(world, places))
    motion = retarget(read(tmp_path, made), PAIRS, open_body)
    turn = np.eye(3)
    for joint in ("pelvis", "spine1", "spine2", "spine3", "neck", "head"):
        turn = turn @ motion.matrices[:, JOINT[joint]]
    true = np.degrees(np.arcsin(world[:, head, 1, 2])).mean()
    assert abs(np.degrees(np.arcsin(turn[:, 1, 2])).mean() - true) < 12


def test_who_jumps_and_falls_still_stands(tmp_path: Path, open_body: Body, rests):
    world, places = variants.movement(60)
    places = places * (0, 1, 0) + (0, 0, 1.0)
    places[20:24, 1] += 0.7
    places[40:44, 1] = 0.1
    made = variant(open_body, "y up, faces z", rests["line"], moved=(world, places))
    assert np.ptp(places[:, 1]) > 1.3
    assert retarget(read(tmp_path, made), PAIRS, open_body).matrices.shape[0] == 60


NO_TOES = {joint: pair for joint, pair in PAIRS.items() if not joint.endswith("foot")}


@pytest.mark.parametrize("axes", ["y up, faces z", "z up, faces -y", "y up, faces x"])
@pytest.mark.parametrize("rest", ["T", "A", "line"])
@pytest.mark.parametrize("pairs", [PAIRS, NO_TOES], ids=["with toes", "without"])
def test_a_mirrored_skeleton_is_told_by_its_knees(tmp_path: Path, open_body: Body, rests, axes: str, rest: str, pairs):
    made = variants.Variant(open_body, variants.AXES[axes] @ np.diag((-1.0, 1, 1)), rests[rest], 100.0)
    with pytest.raises(UserError, match="mirrored"):
        retarget(read(tmp_path, made), pairs, open_body)
    retarget(read(tmp_path, variant(open_body, axes, rests[rest], 100.0)), pairs, open_body)  # its twin


def still(body: Body, rest: np.ndarray, axes: str, place: tuple[float, float, float], way: float, **turns):
    """Returns a person who holds one pose except for a leg, and moves along Z."""
    world = np.stack([
        variants.rest_pose(turns | {"left_hip": turns.get("left_hip", np.eye(3)) @ variants.turn(x=5 * np.sin(t / 6))})
        for t in range(60)
    ])  # fmt: skip
    return variant(
        body, axes, rest, 100.0, moved=(world, np.array(place) + np.linspace(0, way, 60)[:, None] * (0, 0, 1))
    )


@pytest.mark.parametrize("axes", ["y up, faces z", "y up, faces -z", "z up, faces -y"])
def test_who_lies_or_crawls_without_a_rest_pose_is_not_made_to_stand(tmp_path: Path, open_body: Body, rests, axes: str):
    lies = still(open_body, rests["line"], axes, (0, 0.12, 0), 0.0, pelvis=variants.turn(x=-88))
    dives = still(open_body, rests["line"], axes, (0, 0.9, 0), 2.0, pelvis=variants.turn(x=85))
    for number, made in enumerate((lies, dives)):
        with pytest.raises(UserError, match="--up"):
            retarget(read(tmp_path / str(number), made), PAIRS, open_body)
    # who stands on the spot is read
    made = still(open_body, rests["line"], axes, (0, 0.93, 0.4), 0.0, left_knee=variants.turn(x=10))
    assert abs(upright(read(tmp_path / "up", made), PAIRS, open_body.joints()).places(PAIRS)["head"][:, 1].mean()) > 100


# --- a rest pose that is told


def test_the_first_frame_may_be_told_to_be_the_rest_pose(tmp_path: Path, open_body: Body, rests):
    world, places = variants.movement()
    world[0] = rests["N"]
    made = variant(open_body, "y up, faces x", rests["folded"], moved=(world, places))
    clip = read(tmp_path, made)
    off, _, _ = result(open_body, clip, made, Told(rest="first frame"))
    assert off < 1


def test_bones_axes_may_be_told(tmp_path: Path, open_body: Body, rests):
    """The skeleton's zero pose is a line, and the person stoops all the time."""
    bow = {"pelvis": variants.turn(x=35), "left_hip": variants.turn(x=-35), "right_hip": variants.turn(x=-35)}
    stoop = np.tile(variants.rest_pose(bow), (20, 1, 1, 1))
    made = variant(open_body, "y up, faces z", rests["line"], moved=(stoop, np.tile((0, 0.93, 0.0), (20, 1))))
    clip = read(tmp_path, made)
    axes = {"pelvis": {"x": "up", "z": "left"}}
    assert result(open_body, clip, made, Told(rest=axes))[0] < 1
    wrong = {"pelvis": {"x": "forward", "z": "left"}}
    assert result(open_body, clip, made, Told(rest=wrong))[0] > 2


# --- the measure


@pytest.mark.parametrize("axes", ["y up, faces -z", "y up, faces x", "z up, faces -y"])
def test_the_measure_finds_what_retargeting_took_for_granted(tmp_path: Path, open_body: Body, rests, axes: str):
    """A motion made as if every skeleton rested upright and faced +Z has large errors, and `measure` finds them."""
    made = variant(open_body, axes, rests["N"])
    clip = read(tmp_path, made)
    naive = Motion(
        local_rotations(clip, PAIRS, open_body.joints(), open_body.relaxed_hands), np.zeros((len(clip), 3)), clip.fps
    )
    true = variants.limb_errors(open_body.posed_joints(naive).astype(float)[:, :22], made.truth).mean()
    said = measure(clip, PAIRS, naive, open_body).mean_degrees
    assert true > 15 and said > 15


# --- between frames


@pytest.mark.parametrize("fps", [20.0, 24.0, 25.0, 29.97, 50.0, 60.0, 120.0])
@pytest.mark.parametrize("kind", FORMATS)
def test_nobody_turns_through_the_wrong_side_between_frames(
    tmp_path: Path, open_body: Body, rests, fps: float, kind: str
):
    """A turn of two circles, whose Euler angles wrap, and whose quaternions change sign."""
    frames = round(2 * fps) + 1
    turns = np.linspace(0, 720, frames)
    world = np.stack([variants.rest_pose({"pelvis": variants.turn(y=angle)}) for angle in turns])
    made = variant(open_body, "y up, faces z", rests["T"], moved=(world, np.tile((0, 0.93, 0.0), (frames, 1))))
    clip = read(tmp_path, made, kind, fps=fps)
    left = clip.heads[:, variants.INDEX["left_hip"]] - clip.heads[:, variants.INDEX["right_hip"]]
    heading = np.unwrap(np.arctan2(-left[:, 2], left[:, 0]))
    np.testing.assert_allclose(np.degrees(heading - heading[0]), np.arange(len(clip)) / 30 * 360, atol=2)
