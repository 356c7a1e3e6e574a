"""Where latents come from: Actions of all sorts, images, and what cannot be read."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("bpy")

from mathutils import Quaternion

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import ExpressionError
from motionclip_blender.core.latents.cache import LatentCache
from motionclip_blender.core.latents.expression import parse
from motionclip_blender.core.latents.window_pooling import WindowPooling
from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.bones import Bones
from motionclip_blender.rig.pictures import write_picture
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.generate.source_data import SourceData, read_sources
from motionclip_blender.ui.session import SESSION
from tests.synthetic import random_motion
from tests.ui.refusals import refused


@pytest.fixture
def engine(default_pack) -> Engine:
    return SESSION.engine(ModelChoice())


@pytest.fixture
def read(bpy, person, engine):
    """The latent of an expression of one source."""

    def read(expression: str, reading: WindowPooling | None = None, known: LatentCache | None = None) -> np.ndarray:
        terms = parse(expression)
        found = read_sources(bpy.context.scene, person, terms)
        (latent,) = (known or LatentCache()).of(engine, terms, found, reading or WindowPooling()).values()
        return latent

    return read


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


# --- Actions


@pytest.mark.parametrize("fps", [12, 24, 25, 60])
def test_an_action_of_any_rate_is_the_same_motion(bpy, person, read, engine, fps) -> None:
    bpy.context.scene.render.fps = fps
    motion = random_motion(121, fps=60, size=0.1)
    key_motion(person, motion, "mine")
    assert cosine(read("[mine]"), engine.encode(motion)) > 0.99


def test_of_a_long_action_the_reading_says_what_counts(bpy, person, read) -> None:
    bpy.context.scene.render.fps = 30
    key_motion(person, random_motion(400, fps=30, seed=2, size=0.2), "long")
    latents = [read("[long]", WindowPooling(how, 100)) for how in ("average", "first", "frame", "typical")]
    for i, latent in enumerate(latents):
        assert all(not np.allclose(latent, other, atol=1e-3) for other in latents[:i])


def test_an_action_in_euler_angles_is_the_same(bpy, person, read) -> None:
    bpy.context.scene.render.fps = 30
    motion = Motion(random_motion(40, size=0.1).rotations, np.zeros((40, 3)))
    key_motion(person, motion, "quaternions")
    bones = Bones.of(person)
    turned = bones.to_bones(motion.rotations)
    person.animation_data.action = bpy.data.actions.new("euler")
    for frame in range(len(motion)):
        for joint, name in enumerate(bones.names):
            bone = person.pose.bones[name]
            bone.rotation_mode = "XYZ"
            bone.rotation_euler = Quaternion(turned[frame, joint]).to_euler("XYZ")
            bone.keyframe_insert("rotation_euler", frame=1 + frame)
    assert cosine(read("[euler]"), read("[quaternions]")) > 0.999


def test_an_action_of_a_rig_with_other_bones(bpy, person, read) -> None:
    bpy.ops.object.armature_add()
    other = bpy.context.object
    other.pose.bones["Bone"].keyframe_insert("rotation_quaternion", frame=1)
    name = other.animation_data.action.name
    with pytest.raises(ExpressionError, match="has no keys for the bones of"):
        read(f"[{name}]")


def test_an_action_with_some_bones_only_is_read(bpy, person, read) -> None:
    key_motion(person, random_motion(40, fps=24, size=0.1), "mine")
    person.animation_data.action = None
    person.pose.bones["left_elbow"].keyframe_insert("rotation_quaternion", frame=1)
    person.pose.bones["left_elbow"].keyframe_insert("rotation_quaternion", frame=40)
    assert np.isfinite(read(f"[{person.animation_data.action.name}]")).all()


def test_an_empty_action(bpy, person, read) -> None:
    bpy.data.actions.new("empty")
    with pytest.raises(ExpressionError, match='"empty" has no keys'):
        read("[empty]")


def test_an_armature_that_is_no_smplx_one(bpy, default_pack) -> None:
    bpy.ops.object.armature_add()
    bpy.data.actions.new("mine")
    assert "is no rig that motions fit" in refused(bpy, bpy.ops.motionclip.make, expression="[mine]")


def test_an_action_with_keys_that_are_no_numbers(bpy, person, read) -> None:
    action = key_motion(person, random_motion(40, size=0.1), "broken", assign=False)
    curve = fcurves_of(action, person, "pose.bones[")[9]
    curve.keyframe_points[3].co[1] = math.nan
    with pytest.raises(ExpressionError, match='"broken" has keys that are no finite numbers'):
        read("[broken]")


# --- images


def test_an_image_file_and_the_same_image_in_blender(bpy, person, tmp_path) -> None:
    path = tmp_path / "a photo.png"
    write_picture(np.random.default_rng(0).random((64, 48, 4)).astype(np.float32), path)
    (from_file,) = read_sources(bpy.context.scene, person, parse(f'image("{path}")')).images.values()
    assert from_file.shape == (64, 48, 3) and from_file.dtype == np.uint8 and from_file.std() > 10
    assert not bpy.data.images  # nothing is left behind
    bpy.data.images.load(str(path)).name = "shot"
    (in_blender,) = read_sources(bpy.context.scene, person, parse('image("shot")')).images.values()
    assert np.array_equal(in_blender, from_file)


def test_an_image_beside_the_file(bpy, person, tmp_path) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    write_picture(np.ones((8, 8, 4), np.float32), tmp_path / "photo.png")
    assert read_sources(bpy.context.scene, person, parse('image("//photo.png")')).images["//photo.png"].min() == 255


def test_an_image_is_chosen_for_a_source(bpy) -> None:
    settings = bpy.context.scene.motionclip
    bpy.ops.motionclip.pick_image(filepath="/somewhere/photo.png", into=settings.blend.end.path_from_id())
    assert settings.blend.end.image == "/somewhere/photo.png" and settings.blend.start.image == ""
    settings.arithmetic.expression = '"walk" + image("old.png")'
    bpy.ops.motionclip.pick_image(filepath="/new.png", into=settings.arithmetic.terms[1].path_from_id())
    assert settings.arithmetic.expression == '"walk" + image("/new.png")'
    assert bpy.ops.motionclip.pick_image(filepath="/x.png", into="motionclip.arithmetic.terms[9]") == {"CANCELLED"}


def test_what_is_no_image(bpy, read, tmp_path) -> None:
    (tmp_path / "note.png").write_text("no image")
    with pytest.raises(ExpressionError, match="no image that Blender can read"):
        read(f'image("{tmp_path / "note.png"}")')
    with pytest.raises(ExpressionError, match="There is no image file"):
        read('image("/nowhere.png")')
    assert not bpy.data.images


# --- what is known already


def test_each_source_is_worked_out_once(bpy, person, engine, read, monkeypatch) -> None:
    key_motion(person, random_motion(40, fps=24, size=0.1), "mine")
    asked, known = [], LatentCache()
    encode = engine.encode
    monkeypatch.setattr(engine, "encode", lambda *a: asked.append(a) or encode(*a))
    for _ in range(3):
        read("[mine]", known=known)
    assert len(asked) == 1
    read("[mine]", WindowPooling("first"), known)  # read in another way, it is another latent
    assert len(asked) == 2
    key_motion(person, random_motion(40, fps=24, size=0.2), "mine2")
    bpy.data.actions.remove(bpy.data.actions["mine"])
    bpy.data.actions["mine2"].name = "mine"  # another Action of the same name
    read("[mine]", known=known)
    assert len(asked) == 3


def test_another_engine_knows_nothing(engine, default_pack) -> None:
    terms, known = parse('"walk"'), LatentCache()
    known.of(engine, terms, SourceData(), WindowPooling())
    assert known.at_hand(engine, terms, SourceData(), WindowPooling())
    assert known.at_hand(Engine(), terms, SourceData(), WindowPooling()) is None
