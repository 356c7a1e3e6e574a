"""Latents saved in the file."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.latents import file as latent_file
from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.latents.saved import save, saved
from motionclip_blender.ui.session import SESSION
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused


@pytest.fixture
def panel(bpy, person, default_pack):
    bpy.context.scene.motionclip.frames = 30
    return bpy.context.scene.motionclip


def names(panel) -> list[str]:
    return [item.name for item in panel.latents]


def test_the_latent_of_a_motion_made_here_is_the_one_it_was_made_from(bpy, panel, person, default_pack) -> None:
    bpy.ops.motionclip.make(expression='"a person walks" + 1.5 * {sad}')
    walk = read_motion(person, fps=24).rotations
    assert bpy.ops.motionclip.save_latent(name="sad walk") == {"FINISHED"}
    assert names(panel) == ["sad walk"] and panel.latents[0].pack == default_pack.title
    bpy.ops.motionclip.make(expression='latent("sad walk")')
    assert angle_between(read_motion(person, fps=24).rotations, walk).max() < 1e-3


def test_an_action_that_was_not_made_here_is_read(bpy, panel, person) -> None:
    key_motion(person, random_motion(90, fps=24, size=0.1), "mine")
    for reading in ("average", "first"):
        panel.reading = reading
        bpy.ops.motionclip.save_latent()
    assert names(panel) == ["mine", "mine.001"]
    average, first = saved(bpy.context.scene).values()
    assert average.shape == (512,) and not np.array_equal(average, first)


def test_a_saved_latent_is_an_end_of_a_blend(bpy, panel, person) -> None:
    bpy.ops.motionclip.generate(prompt="a person walks")
    bpy.ops.motionclip.save_latent(name="walk")
    panel.blend.start.kind, panel.blend.start.latent = "LATENT", "walk"
    panel.blend.end.prompt = "a person waves"
    bpy.ops.motionclip.blend(factor=0.0)
    assert person.animation_data.action.name == "walk ↔ a person waves"


def test_they_are_saved_with_the_file(bpy, panel, tmp_path) -> None:
    latent = np.random.default_rng(0).normal(size=512).astype(np.float32)
    save(bpy.context.scene, "mine", latent, "pack 1")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "file.blend"))
    assert np.array_equal(saved(bpy.context.scene)["mine"], latent)


def test_two_never_have_one_name(bpy, panel) -> None:
    for _ in range(3):
        save(bpy.context.scene, "walk", np.ones(512, np.float32), "pack 1")
    assert names(panel) == ["walk", "walk.001", "walk.002"]
    panel.latents[2].name = "walk"
    assert names(panel) == ["walk", "walk.001", "walk.002"]
    panel.latents[2].name = "  "
    assert names(panel) == ["walk", "walk.001", "Latent"]


def test_one_is_removed(bpy, panel) -> None:
    for name in "abc":
        save(bpy.context.scene, name, np.ones(512, np.float32), "pack 1")
    panel.active_latent = 1
    bpy.ops.motionclip.remove_latent()
    assert names(panel) == ["a", "c"]
    bpy.ops.motionclip.remove_latent()
    bpy.ops.motionclip.remove_latent()
    assert names(panel) == [] and not bpy.ops.motionclip.remove_latent.poll()


@pytest.mark.parametrize("operator", ["make", "blend", "blend_stops"])
def test_what_another_pack_made_is_told_and_made(bpy, panel, person, default_pack, operator: str) -> None:
    for name, pack in (("theirs", "default 0.1"), ("ours", default_pack.title)):
        save(bpy.context.scene, name, 0.1 * np.ones(512, np.float32), pack)
    for name in ("theirs", "ours"):
        sums = {"expression": f'latent("{name}")'} if operator == "make" else {"a": f'latent("{name}")', "b": '"walk"'}
        assert getattr(bpy.ops.motionclip, operator)(**sums) == {"FINISHED"}
        assert ('The latent "theirs" is of the model default 0.1' in SESSION.error) == (name == "theirs")


def test_one_of_another_pack_is_refused(bpy, panel) -> None:
    save(bpy.context.scene, "mine", np.ones(256, np.float32), "other 1")
    assert "A latent of this pack is 512 numbers" in refused(bpy, bpy.ops.motionclip.make, expression='latent("mine")')


@pytest.mark.parametrize("text", ["", "junk", "QQ==", "AADAfw=="])  # the last one is a NaN
def test_damaged_ones_are_as_if_they_were_not_there(bpy, panel, text) -> None:
    assert latent_file.from_text(text) is None
    item = panel.latents.add()
    item.name, item.values = "mine", text
    sentence = refused(bpy, bpy.ops.motionclip.make, expression='latent("mine")')
    assert sentence.startswith('There is no saved latent "mine"')


def test_nothing_to_save(bpy, panel) -> None:
    assert "has no Action" in refused(bpy, bpy.ops.motionclip.save_latent)
