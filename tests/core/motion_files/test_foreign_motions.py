"""Foreign motion files of known people: axes, units, floors, releases; read as their makers mean them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.origin import RISE, to_trans
from motionclip_blender.core.skeleton import INDEX
from tests.foreign import (
    FILE_AXES,
    FORMS,
    Known,
    difference,
    file_arrays,
    handstand,
    in_file,
    lying,
    matrices,
    standing,
    walk,
    write,
)

PEOPLE = {"a grown-up": 1.0, "somebody shorter": 0.9}  # whose pelvis is as high, in that of the open body
UNITS = {"metres": 1.0, "centimetres": 100.0}
ALL = list(itertools.product(FILE_AXES, FORMS, PEOPLE, UNITS))


def person(known: Known, size: float) -> Known:
    """The movement of a person of another size: angles are the same, the pelvis's way is in proportion."""
    return Known(known.poses, known.pelvis * size)


def test_there_are_more_than_two_hundred():
    assert len(ALL) > 200


@pytest.mark.parametrize("axes", FILE_AXES)
def test_a_known_walk_is_read_from_every_kind_of_file(open_body, tmp_path, axes):
    read, refused = 0, []
    for _, form, who, unit in (one for one in ALL if one[0] == axes):
        known = person(walk(), PEOPLE[who])
        path = write(tmp_path / "walk.npz", file_arrays(known, axes, form, UNITS[unit]))
        try:
            found = amass.read(path)
        except UserError as error:
            refused.append(str(error))
            continue
        read += 1
        degrees, way, height = difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))
        assert degrees < 1 and way < 0.01 and height < 0.01, f"{axes}, {form}, {who}, {unit}"
        assert found.up == axes.split(",")[0] and found.motion.fps == 30
        assert any("points up" in note for note in found.notes) == (axes != "Y")
        assert any("centimetres" in note for note in found.notes) == (unit == "centimetres")
    assert read == len(FORMS) * len(PEOPLE) * len(UNITS), refused


@pytest.mark.parametrize("form", ["AMASS", "SMPLH of 156 numbers"])
def test_fingers_come_with_the_body(tmp_path, form):
    known = walk()
    known.poses[:, 25:] = np.random.default_rng(0).normal(size=(40, 30, 3)) * 0.3
    motion = amass.load(write(tmp_path / "a.npz", file_arrays(known, "Z", form)))
    assert np.abs(motion.matrices[:, 25:] - matrices(known.poses[:, 25:])).max() < 1e-5


# --- harmless ones: what was right stays so


@pytest.mark.parametrize(
    ("movement", "axes", "form"),
    [
        (walk, "Y", "AMASS"), (lying, "Y", "AMASS"), (handstand, "Y", "smplx, split"), (lying, "Z", "AMASS, split"),
        (lying, "Z", "SMPLH of 156 numbers"), (handstand, "Z", "SMPL of 72 numbers"),
    ],
)  # fmt: skip
def test_who_lies_or_stands_on_the_hands_does_so_still(open_body, tmp_path, movement, axes, form):
    known = movement()
    found = amass.read(write(tmp_path / "a.npz", file_arrays(known, axes, form)))
    degrees, way, height = difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))
    assert found.up == axes and degrees < 1 and way < 0.01 and height < 0.01


def test_another_floor_that_would_fit_is_told(tmp_path):
    known = walk()
    still = Known(known.poses[:1].repeat(40, axis=0), known.pelvis[:1].repeat(40, axis=0) * (0, 1, 0) + (0, 0, 0.1))
    found = amass.read(write(tmp_path / "a.npz", file_arrays(still)))
    assert found.up == "Y" and any("along Z, too" in note for note in found.notes)


@pytest.mark.parametrize("axes", ["Y", "Z"])
def test_who_bends_down_stands_on_the_legs(open_body, tmp_path, axes):
    known = walk()
    known.poses[:, 0, 0] = 1.3  # the spine is level
    for side in ("left", "right"):
        known.poses[:, INDEX[f"{side}_hip"], 0] = -1.3
    known = standing(known)
    found = amass.read(write(tmp_path / "a.npz", file_arrays(known, axes)))
    assert (
        found.up == axes
        and difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))[0] < 1
    )


@pytest.mark.parametrize("axes", FILE_AXES)
@pytest.mark.parametrize("offset", [(0.0, 3.0, 0.0), (2.0, -1.0, 4.0)])
def test_a_floor_elsewhere_stays_elsewhere_and_is_told(open_body, tmp_path, axes, offset):
    known = walk()
    known = Known(known.poses, known.pelvis + offset)
    path = write(tmp_path / "a.npz", file_arrays(known, axes))
    if axes in ("-Z", "X", "-X"):  # nobody's axes: somebody who lies is likelier
        with pytest.raises(UserError, match="which way is up"):
            amass.read(path)
    found = amass.read(path, axes if axes in ("-Z", "X", "-X") else "")
    degrees, way, height = difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))
    assert found.up == axes.split(",")[0] and degrees < 1 and way < 0.01 and height < 0.01
    where = "3.0 m above" if offset[1] > 0 else "1.0 m below"
    assert any(where in note for note in found.notes)


@pytest.mark.parametrize("movement", [walk, lying, handstand])
def test_files_of_version_0_3_do_not_shift(open_body, tmp_path, movement):
    known = movement()
    trans = (known.pelvis - open_body.joints()[0]).astype(np.float32)
    arrays = {
        "poses": known.poses.reshape(40, 165).astype(np.float32), "trans": trans, "betas": np.zeros(10, np.float32),
        "gender": np.array("neutral"), "mocap_frame_rate": np.array(30.0), "surface_model_type": np.array("smplx"),
    }  # fmt: skip
    found = amass.read(write(tmp_path / "a.npz", arrays))
    assert (found.motion.translation == trans).all() and found.up == "Y" and found.notes == ()


def test_a_file_of_version_0_3_on_a_licensed_body_was_right_already(open_body, tmp_path):
    known = walk()
    poses, trans = in_file(known, "Y", "smplx")
    arrays = {
        "poses": poses.reshape(40, 165).astype(np.float32), "trans": trans.astype(np.float32),
        "betas": np.zeros(10, np.float32), "gender": np.array("neutral"), "mocap_frame_rate": np.array(30.0),
        "surface_model_type": np.array("smplx"),
    }  # fmt: skip
    motion = amass.load(write(tmp_path / "a.npz", arrays))
    assert np.abs(open_body.posed_joints(motion)[:, 0, 1] - known.pelvis[:, 1]).max() < 0.001


def test_one_that_was_saved_again_with_other_keys_is_recognised_and_told(open_body, tmp_path):
    known = walk()
    arrays = {"poses": known.poses.reshape(40, 165), "trans": known.pelvis - open_body.joints()[0], "fps": 30}
    found = amass.read(write(tmp_path / "a.npz", arrays))
    assert np.abs(open_body.posed_joints(found.motion)[:, 0] - known.pelvis).max() < 1e-4
    assert any("version 0.3" in note for note in found.notes)


# --- out again, as SMPL-X's own tools read it


@pytest.mark.parametrize("movement", [walk, lying, handstand])
def test_what_is_saved_stands_on_the_floor_in_smplx(open_body, tmp_path, movement):
    torch = pytest.importorskip("torch")
    smplx = pytest.importorskip("smplx")
    known = movement()
    motion = open_body.on_floor(amass.load(write(tmp_path / "a.npz", file_arrays(known, "Z"))))
    amass.save(motion, tmp_path / "b.npz")
    with np.load(tmp_path / "b.npz", allow_pickle=False) as data:
        poses, trans = (torch.tensor(data[key], dtype=torch.float32) for key in ("poses", "trans"))
    model = smplx.SMPLX(
        str(OPEN_BODY), ext="npz", num_betas=10, use_pca=False, flat_hand_mean=True, batch_size=len(poses)
    )
    with torch.no_grad():
        vertices = model(
            global_orient=poses[:, :3], body_pose=poses[:, 3:66], jaw_pose=poses[:, 66:69], leye_pose=poses[:, 69:72],
            reye_pose=poses[:, 72:75], left_hand_pose=poses[:, 75:120], right_hand_pose=poses[:, 120:], transl=trans,
        ).vertices.numpy()  # fmt: skip
    # SMPL-X's world is the same as ours: its floor is y = 0
    assert np.abs(vertices - open_body.posed_vertices(motion)).max() < 1e-4
    assert abs(np.percentile(vertices[..., 1].min(axis=1), 5)) < 0.01


def test_and_at_the_published_pelvis(open_body, tmp_path):
    motion = open_body.on_floor(amass.load(write(tmp_path / "a.npz", file_arrays(walk()))))
    amass.save(motion, tmp_path / "b.npz")
    with np.load(tmp_path / "b.npz", allow_pickle=False) as data:
        height = -0.3514 + data["trans"][:, 1]
    assert np.abs(height - open_body.posed_joints(motion)[:, 0, 1]).max() < 0.001
    assert 0.8 < height.min() < height.max() < 1.0


def test_out_and_in_is_exact(tmp_path):
    motion = amass.load(write(tmp_path / "a.npz", file_arrays(walk(), "Z")))
    for _ in range(3):
        amass.save(motion, tmp_path / "b.npz")
        again = amass.load(tmp_path / "b.npz")
        assert (again.translation == motion.translation).all()
        assert np.allclose(again.matrices, motion.matrices, atol=1e-6)
        motion = again
    assert to_trans(np.zeros((1, 3)))[0, 1] == RISE


# --- told, or chosen


@pytest.mark.parametrize("up", ["Y", "Z", "-Y", "z", "+Z", "-x"])
def test_the_axis_can_be_chosen(open_body, tmp_path, up):
    axis = up.upper().lstrip("+")
    known = lying()
    known = Known(known.poses, np.add(known.pelvis, (0, 0.7, 0)))  # touches no floor
    path = write(tmp_path / "a.npz", file_arrays(known, axis))
    found = amass.read(path, up)
    degrees, way, height = difference(open_body.posed_joints(found.motion).astype(float), known.places(open_body))
    assert found.up == axis and degrees < 1 and way < 0.01 and height < 0.01


def test_a_file_may_name_its_axis(open_body, tmp_path):
    known = lying()
    known = Known(known.poses, np.add(known.pelvis, (0, 0.7, 0)))
    for key, text in (("up_axis", "Z"), ("world_up", "z-up"), ("up", b"+Z")):
        found = amass.read(write(tmp_path / "a.npz", file_arrays(known, "Z") | {key: np.array(text)}))
        assert found.up == "Z", key
