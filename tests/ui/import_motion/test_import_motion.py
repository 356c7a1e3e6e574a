"""Motions, latents and images from files, as a drop or the File menu hands them over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents import file as latent_file
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import BODY_JOINTS
from motionclip_blender.rig.bones import BLENDER_AXES
from motionclip_blender.rig.pictures import write_picture
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.ui.import_motion import operators as import_operators
from motionclip_blender.ui.latents.saved import saved
from tests.foreign import Known, file_arrays, lying, walk, write
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused


@pytest.fixture
def motion_file(tmp_path: Path) -> Path:
    """One second, at 60 frames a second."""
    path = tmp_path / "cartwheel.npz"
    amass.save(random_motion(61, fps=60.0, size=0.3), path)
    return path


def test_a_motion_is_keyed_on_the_active_armature(bpy, person, motion_file) -> None:
    bpy.context.scene.render.fps = 30
    assert bpy.ops.motionclip.import_motion(filepath=str(motion_file), start_frame=11) == {"FINISHED"}
    action = person.animation_data.action
    assert action.name == "cartwheel" and tuple(action.frame_range) == (11, 41)
    wanted = amass.load(motion_file).resample(30)
    assert angle_between(read_motion(person, fps=30).rotations, wanted.rotations).max() < 1e-4


def test_or_on_a_new_body(bpy, motion_file) -> None:
    bpy.context.scene.cursor.location = (1, 2, 0)
    bpy.ops.motionclip.import_motion(filepath=str(motion_file))
    assert bpy.context.object.animation_data.action.name == "cartwheel"
    assert tuple(bpy.context.object.location) == (1, 2, 0)


def test_another_object_is_left_alone(bpy, motion_file) -> None:
    bpy.ops.object.armature_add()
    other = bpy.context.object
    bpy.ops.motionclip.import_motion(filepath=str(motion_file))
    assert other.animation_data is None and bpy.context.object != other


def test_several_at_once(bpy, person, motion_file, tmp_path) -> None:
    amass.save(random_motion(31), tmp_path / "walk.npz")
    files = [{"name": "cartwheel.npz"}, {"name": "walk.npz"}]
    bpy.ops.motionclip.import_motion(directory=str(tmp_path), files=files)
    assert sorted(action.name for action in bpy.data.actions) == ["cartwheel", "walk"]
    assert person.animation_data.action.name == "walk"


# --- from elsewhere


def shown(armature) -> np.ndarray:
    """(22, 3) the body's joints as Blender shows them, along SMPL-X's axes."""
    import bpy

    bpy.context.scene.frame_set(20)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    bones = [evaluated.matrix_world @ evaluated.pose.bones[name].head for name in BODY_JOINTS]
    return np.array(bones) @ BLENDER_AXES


@pytest.mark.parametrize(("axes", "form"), [("Z", "AMASS"), ("Y", "smplx, split"), ("-Y", "SMPL of 72 numbers")])
def test_a_file_from_elsewhere_stands_where_it_stood(bpy, person, open_body, tmp_path, capfd, axes, form) -> None:
    bpy.context.scene.render.fps = 30
    known = walk()
    path = write(tmp_path / "walk.npz", file_arrays(known, axes, form))
    assert bpy.ops.motionclip.import_motion(filepath=str(path)) == {"FINISHED"}
    places = known.places(open_body)[19, :22]
    assert np.abs(shown(person) - places)[:, 1].max() < 0.005
    assert np.abs(shown(person) - places).max() < 0.05  # published pelvises rest a little ahead of the open body's
    said = capfd.readouterr().out
    assert '"walk": 40 frames at 30 per second' in said
    assert (f"{axes} points up in the file, by most frames' spine" in said) == (axes != "Y")


def test_a_file_of_version_0_3_does_not_shift(bpy, person, open_body, tmp_path) -> None:
    bpy.context.scene.render.fps = 30
    known = walk()
    arrays = {
        "poses": known.poses.reshape(40, 165).astype(np.float32),
        "trans": (known.pelvis - open_body.joints()[0]).astype(np.float32), "betas": np.zeros(10, np.float32),
        "gender": np.array("neutral"), "mocap_frame_rate": np.array(30.0), "surface_model_type": np.array("smplx"),
    }  # fmt: skip
    bpy.ops.motionclip.import_motion(filepath=str(write(tmp_path / "walk.npz", arrays)))
    assert np.abs(shown(person) - known.places(open_body)[19, :22]).max() < 1e-3


def test_the_axis_can_be_chosen(bpy, person, tmp_path) -> None:
    known = lying()
    path = write(tmp_path / "sleep.npz", file_arrays(Known(known.poses, np.add(known.pelvis, (0, 0.7, 0))), "Z"))
    bpy.ops.motionclip.import_motion(filepath=str(path), up="Z")
    places = shown(person)
    assert np.ptp(places[:16, 1]) < 0.4 and places[0, 1] == pytest.approx(0.7 + known.pelvis[19, 1], abs=0.02)


def test_a_motion_can_be_put_on_the_floor(bpy, person, tmp_path) -> None:
    known = walk()
    path = write(tmp_path / "walk.npz", file_arrays(Known(known.poses, np.add(known.pelvis, (0, 3.0, 0))), "Z"))
    bpy.ops.motionclip.import_motion(filepath=str(path), on_floor=True)
    assert shown(person)[0, 1] == pytest.approx(known.pelvis[19, 1], abs=0.03)


def test_what_does_not_tell_its_axis_is_refused(bpy, person, tmp_path) -> None:
    poses = np.random.default_rng(1).normal(size=(90, 165))
    path = write(tmp_path / "tumble.npz", {"poses": poses, "trans": np.full((90, 3), 5.0), "fps": 30})
    sentence = refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(path))
    assert "tumble.npz" in sentence and "choose the axis" in sentence


def test_a_latent_becomes_a_saved_one(bpy, tmp_path) -> None:
    latent = np.random.default_rng(0).normal(size=512).astype(np.float32)
    latent_file.save(latent, tmp_path / "my walk.npz", "default 1")
    assert bpy.ops.motionclip.import_motion(filepath=str(tmp_path / "my walk.npz")) == {"FINISHED"}
    assert np.array_equal(saved(bpy.context.scene)["my walk"], latent)
    assert len(bpy.data.objects) == 0, "no body for a latent"


def test_one_undo_takes_it_back(bpy, person, motion_file) -> None:
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.import_motion("EXEC_DEFAULT", True, filepath=str(motion_file))
    bpy.ops.ed.undo()
    assert len(bpy.data.actions) == 0


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk"])
def test_a_damaged_file(bpy, person, tmp_path, content: bytes) -> None:
    (tmp_path / "damaged.npz").write_bytes(content)
    sentence = refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(tmp_path / "damaged.npz"))
    assert "damaged.npz" in sentence and ("choose another" in sentence or "export it again" in sentence)


def test_half_a_file(bpy, person, motion_file) -> None:
    motion_file.write_bytes(motion_file.read_bytes()[:2000])
    assert "cartwheel.npz" in refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(motion_file))


def test_a_file_with_a_pickle_is_not_opened(bpy, person, tmp_path) -> None:
    np.savez(tmp_path / "pickle.npz", poses=np.array([{}], dtype=object), trans=np.zeros((1, 3)))
    assert "pickle.npz" in refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(tmp_path / "pickle.npz"))


def test_numbers_that_are_not_finite(bpy, person, tmp_path) -> None:
    poses = np.zeros((3, 165))
    poses[1, 5] = np.nan
    np.savez(tmp_path / "nan.npz", poses=poses, trans=np.zeros((3, 3)), mocap_frame_rate=30.0)
    sentence = refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(tmp_path / "nan.npz"))
    assert "nan.npz: " in sentence and "not finite" in sentence


def test_one_bad_file_among_good_ones_changes_nothing(bpy, motion_file, tmp_path) -> None:
    (tmp_path / "damaged.npz").write_bytes(b"junk")
    files = [{"name": "cartwheel.npz"}, {"name": "damaged.npz"}]
    asked = {"directory": str(tmp_path), "files": files}
    assert "damaged.npz" in refused(bpy, bpy.ops.motionclip.import_motion, **asked)


@pytest.mark.parametrize("there", [False, True])
def test_a_start_beyond_the_timeline_changes_nothing(bpy, motion_file, there) -> None:
    if there:
        bpy.ops.motionclip.add_body()
    asked = {"filepath": str(motion_file), "start_frame": 2_000_000}
    assert "let it start elsewhere" in refused(bpy, bpy.ops.motionclip.import_motion, **asked)
    assert len(bpy.data.objects) == (2 if there else 0) and len(bpy.data.meshes) == there


def test_the_last_of_several_that_cannot_be_keyed_leaves_none(bpy, person, motion_file, tmp_path) -> None:
    amass.save(random_motion(2000), tmp_path / "long.npz")
    latent_file.save(np.ones(512, np.float32), tmp_path / "a latent.npz", "default 1")
    files = [{"name": name} for name in ("a latent.npz", "cartwheel.npz", "long.npz")]
    asked = {"directory": str(tmp_path), "files": files, "start_frame": 1_048_000}
    assert "long: The motion would lie from" in refused(bpy, bpy.ops.motionclip.import_motion, **asked)
    assert not bpy.data.actions and not saved(bpy.context.scene)


@pytest.mark.parametrize("fps", [1e-3, 1e-12, 1e-300])
def test_a_rate_that_makes_days_of_a_motion(bpy, motion_file, fps) -> None:
    with np.load(motion_file) as data:
        np.savez(motion_file, **{**data, "mocap_frame_rate": np.array(fps)})
    said = refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(motion_file))
    assert "no motion's rate; write the frames per second there" in said


@pytest.mark.parametrize("there", [False, True])
def test_whatever_breaks_in_the_middle_is_taken_back(bpy, motion_file, tmp_path, monkeypatch, there) -> None:
    from motionclip_blender.rig import write_keys

    amass.save(random_motion(31), tmp_path / "walk.npz")
    if there:
        bpy.ops.motionclip.add_body()
        person = bpy.context.object
        person.animation_data_create().action = bpy.data.actions.new("before")
        person.pose.bones["left_knee"].rotation_mode = "XYZ"
    else:
        bpy.ops.mesh.primitive_cube_add()
    chosen = bpy.context.object
    real = write_keys.key_motion

    def breaks(armature, motion, name, *given, **more):
        if name == "walk":
            raise UserError("Enough.")
        return real(armature, motion, name, *given, **more)

    monkeypatch.setattr(write_keys, "key_motion", breaks)
    asked = {"directory": str(tmp_path), "files": [{"name": "cartwheel.npz"}, {"name": "walk.npz"}]}
    assert "Enough." in refused(bpy, bpy.ops.motionclip.import_motion, **asked)
    assert bpy.context.object == chosen and chosen.select_get()
    if there:
        assert person.animation_data.action.name == "before" and not bpy.data.actions["before"].use_fake_user
        assert person.pose.bones["left_knee"].rotation_mode == "XYZ"


@pytest.mark.parametrize("name", ["x" * 300 + ".npz", "ä" * 200 + ".npz"])
def test_a_name_that_no_file_can_have(bpy, person, default_pack, name) -> None:
    assert "There is no file" in refused(bpy, bpy.ops.motionclip.import_motion, filepath=f"/tmp/{name}")
    image = name.replace(".npz", ".png")
    assert "no image file" in refused(bpy, bpy.ops.motionclip.generate_from_image, filepath=f"/tmp/{image}")
    asked = {"expression": f'"walk" + latent("{name}")'}
    assert "no saved latent" in refused(bpy, bpy.ops.motionclip.make, **asked)


def test_an_armature_that_cannot_be_keyed(bpy, person, motion_file) -> None:
    person.pose.bones["head"].lock_rotation[0] = True
    assert "are locked" in refused(bpy, bpy.ops.motionclip.import_motion, filepath=str(motion_file))


@pytest.mark.parametrize(("path", "why"), [("", "No file was chosen"), ("/nowhere/walk.npz", "There is no file")])
def test_no_file(bpy, person, path: str, why: str) -> None:
    assert why in refused(bpy, bpy.ops.motionclip.import_motion, filepath=path)


# --- images


@pytest.fixture
def image_file(bpy, tmp_path: Path) -> Path:
    """Noise; what the motion is does not matter here."""
    path = tmp_path / "photo.png"
    write_picture(np.random.default_rng(0).random((96, 64, 4)), path)
    return path


def test_an_image_becomes_a_motion(bpy, person, default_pack, image_file) -> None:
    if default_pack.image is None:
        assert "image" in refused(bpy, bpy.ops.motionclip.generate_from_image, filepath=str(image_file))
        return
    assert bpy.ops.motionclip.generate_from_image(filepath=str(image_file), frames=30) == {"FINISHED"}
    action = person.animation_data.action
    assert tuple(action.frame_range) == (1, 30) and str(image_file) in action["recipe"]
    assert bpy.ops.motionclip.run_again() == {"FINISHED"}
    image_file.unlink()
    assert "no image file" in refused(bpy, bpy.ops.motionclip.run_again)


def test_what_was_chosen_in_the_file_browser_counts(bpy, person, default_pack, image_file) -> None:
    if default_pack.image is None:
        pytest.skip("the default pack reads no images")

    class Operator:
        """The operator after its file browser, which needs a window."""

        browsing, filepath, frames, start_frame = True, str(image_file), 40, 7
        execute = import_operators.MOTIONCLIP_OT_generate_from_image.execute

    bpy.context.scene.motionclip.frames = 20
    Operator().execute(bpy.context)
    assert tuple(person.animation_data.action.frame_range) == (7, 46)


def test_a_damaged_image(bpy, person, default_pack, tmp_path) -> None:
    (tmp_path / "photo.png").write_bytes(b"junk")
    asked = {"filepath": str(tmp_path / "photo.png")}
    assert "no image that Blender can read" in refused(bpy, bpy.ops.motionclip.generate_from_image, **asked)


def test_no_image(bpy, person) -> None:
    assert "No image was chosen" in refused(bpy, bpy.ops.motionclip.generate_from_image)


def test_an_image_brings_a_body_where_there_is_nobody(bpy, image_file) -> None:
    assert bpy.ops.motionclip.generate_from_image(filepath=str(image_file)) == {"FINISHED"}
    assert bpy.context.object.animation_data.action.name == "photo.png"


# --- what Blender asks before a drop


def test_a_view_takes_motions_and_images(bpy) -> None:
    handlers = (import_operators.MOTIONCLIP_FH_motion, import_operators.MOTIONCLIP_FH_image)
    assert [handler.bl_file_extensions.split(";")[0] for handler in handlers] == [".npz", ".png"]
    assert all(hasattr(bpy.types, handler.bl_idname) for handler in handlers)
    area = type("Area", (), {"type": "VIEW_3D"})
    text = type("Area", (), {"type": "TEXT_EDITOR"})
    for handler in handlers:
        assert handler.poll_drop(type("Context", (), {"area": area}))
        assert not handler.poll_drop(type("Context", (), {"area": text}))
        assert not handler.poll_drop(type("Context", (), {"area": None}))
        category, _, name = handler.bl_import_operator.partition(".")
        assert "filepath" in getattr(getattr(bpy.ops, category), name).get_rna_type().properties
