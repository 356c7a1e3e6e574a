"""Search: Actions of this file and of asset libraries by a text, and the one that is clicked on the armature."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("bpy")

from motionclip_blender.rig.read_action import read_motion
from motionclip_blender.rig.versions import fcurves_of
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.search.library import LIBRARIES
from motionclip_blender.ui.search.operators import SHOWN
from motionclip_blender.ui.search.results import SEARCH
from motionclip_blender.ui.session import SESSION
from tests.rigs.build import armature_of, built
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.moving import dance
from tests.synthetic import angle_between, random_motion
from tests.ui.refusals import refused, snapshot


@pytest.fixture(autouse=True)
def fresh(bpy) -> None:
    """Nothing is known from another test."""
    SEARCH.results = None
    LIBRARIES.forget()


@pytest.fixture
def actions(bpy, person, default_pack) -> list:
    """Three Actions of the file that is open, the last one the person's."""
    return [key_motion(person, random_motion(40, seed=i, size=0.3), f"take {i}") for i in range(3)]


@pytest.fixture
def library(bpy, default_pack, tmp_path: Path) -> Iterator[Path]:
    """An asset library in the preferences with one Action, "walk"; the file that is open is an empty one."""
    libraries = bpy.context.preferences.filepaths.asset_libraries
    paths = [one.path for one in libraries]
    folder = tmp_path / "library"
    folder.mkdir()
    bpy.ops.motionclip.add_body()
    key_motion(bpy.context.object, random_motion(40, seed=9, size=0.3), "walk").asset_mark()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "moves.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    for one in libraries:
        one.path = str(tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    bpy.ops.preferences.asset_library_add(directory=str(folder))
    yield folder
    bpy.ops.preferences.asset_library_remove(index=len(libraries) - 1)
    for one, path in zip(libraries, paths, strict=True):
        one.path = path


def names() -> list[str]:
    return [hit.name for hit in SEARCH.results.hits]


def test_all_actions_are_ranked_the_nearest_first(bpy, actions) -> None:
    from motionclip_blender.core.engine import Engine
    from motionclip_blender.core.recognition import search

    assert bpy.ops.motionclip.search(text="a person kicks", in_libraries=False) == {"FINISHED"}
    engine, rate = Engine(), bpy.context.scene.render.fps
    motions = {action.name: read_motion(bpy.context.object, action, fps=rate) for action in actions}
    wanted = search(engine, "a person kicks", {name: engine.encode(motion) for name, motion in motions.items()})
    assert names() == [score.name for score in wanted]
    shares = [hit.score.share for hit in SEARCH.results.hits]
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1.0)


def test_the_panel_says_what_to_search_for(bpy, actions) -> None:
    bpy.context.scene.motionclip_search.text = "a person walks"
    bpy.context.scene.motionclip_search.in_libraries = False
    bpy.ops.motionclip.search()
    assert SEARCH.results.text == "a person walks" and len(names()) == 3


def test_actions_that_move_something_else_are_left_out(bpy, actions) -> None:
    cube = bpy.data.objects.new("cube", None)
    cube.keyframe_insert("location", frame=1)
    bpy.data.actions.new("empty")
    bpy.ops.motionclip.search(text="a person kicks", in_libraries=False)
    assert sorted(names()) == ["take 0", "take 1", "take 2"]


def test_a_damaged_action_does_not_keep_the_others_from_being_found(bpy, actions, person) -> None:
    for curve in fcurves_of(actions[1], person, "pose.bones["):
        curve.keyframe_points[3].co[1] = math.nan
    assert bpy.ops.motionclip.search(text="a person kicks", in_libraries=False) == {"FINISHED"}
    assert sorted(names()) == ["take 0", "take 2"]


def test_searching_changes_nothing(bpy, actions) -> None:
    bpy.context.scene.frame_set(1)
    before = snapshot(bpy)
    bpy.ops.motionclip.search(text="a person kicks", in_libraries=False)
    assert snapshot(bpy) == before


def test_no_more_than_the_panel_shows(bpy, person, default_pack) -> None:
    motion = random_motion(20, size=0.3)
    for i in range(SHOWN + 3):
        key_motion(person, motion, f"take {i}")
    bpy.ops.motionclip.search(text="a person kicks", in_libraries=False)
    assert len(names()) == SHOWN


def test_a_file_without_actions(bpy, person, default_pack) -> None:
    assert bpy.ops.motionclip.search(text="a person kicks", in_libraries=False) == {"FINISHED"}
    assert names() == []


def test_opening_a_file_forgets_what_was_found(bpy, actions) -> None:
    bpy.ops.motionclip.search(text="a person kicks", in_libraries=False)
    bpy.ops.wm.read_homefile(use_empty=True)
    assert SEARCH.results is None


@pytest.mark.parametrize(
    ("text", "why"), [("", "what to search for"), ("🙂", "no words"), ("x" * 600, "600 characters")]
)
def test_texts_that_are_none(bpy, actions, text: str, why: str) -> None:
    assert why in refused(bpy, bpy.ops.motionclip.search, text=text, in_libraries=False)


def test_no_armature_to_read_actions_with(bpy) -> None:
    assert "Add body" in refused(bpy, bpy.ops.motionclip.search, text="a person kicks")


# --- a click


def test_a_click_puts_an_action_on_the_armature(bpy, actions, person) -> None:
    assert bpy.ops.motionclip.assign_action(name="take 0") == {"FINISHED"}
    assert person.animation_data.action == actions[0]
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.motionclip.assign_action("EXEC_DEFAULT", True, name="take 1")
    bpy.ops.ed.undo()
    assert bpy.context.object.animation_data.action.name == "take 0"


def test_an_action_that_is_gone(bpy, actions) -> None:
    assert 'no Action "take 9" any more' in refused(bpy, bpy.ops.motionclip.assign_action, name="take 9")


def test_a_click_without_an_armature(bpy, default_pack) -> None:
    bpy.data.actions.new("take 0")
    assert "Add body" in refused(bpy, bpy.ops.motionclip.assign_action, name="take 0")


def test_an_action_for_another_rig(bpy, person) -> None:
    bpy.data.actions.new("take 0")
    assert "no keys for the bones" in refused(bpy, bpy.ops.motionclip.assign_action, name="take 0")


# --- asset libraries


def test_actions_of_libraries_are_found_and_copied_in(bpy, library, person) -> None:
    bpy.ops.motionclip.search(text="a person walks")
    (hit,) = SEARCH.results.hits
    assert (hit.name, hit.path) == ("walk", str(library / "moves.blend"))
    assert len(bpy.data.actions) == len(bpy.data.libraries) == 0, "nothing is linked by searching"
    assert bpy.ops.motionclip.assign_action(name=hit.name, path=hit.path) == {"FINISHED"}
    assert person.animation_data.action.name == "walk" and person.animation_data.action.library is None
    rate = bpy.context.scene.render.fps
    wanted = random_motion(40, seed=9, size=0.3).resample(rate)
    assert angle_between(read_motion(person, fps=rate).rotations, wanted.rotations).max() < 1e-4
    bpy.ops.motionclip.assign_action(name=hit.name, path=hit.path)
    assert len(bpy.data.actions) == 1


def test_libraries_are_looked_through_only_when_asked_for(bpy, library, person) -> None:
    bpy.ops.motionclip.search(text="a person walks", in_libraries=False)
    assert names() == []


def test_a_library_that_is_gone_is_said_and_the_rest_found(bpy, library, actions) -> None:
    (library / "moves.blend").unlink()
    library.rmdir()
    assert bpy.ops.motionclip.search(text="a person walks") == {"FINISHED"}
    assert len(names()) == 3
    (sentence,) = SEARCH.results.said
    assert "is not there" in sentence and str(library) in sentence


def test_a_library_that_goes_between_search_and_click(bpy, library, person) -> None:
    bpy.ops.motionclip.search(text="a person walks")
    (library / "moves.blend").write_bytes(b"junk")
    asked = {"name": "walk", "path": str(library / "moves.blend")}
    assert "cannot be read; check the asset library" in refused(bpy, bpy.ops.motionclip.assign_action, **asked)
    assert SESSION.error


def test_an_armature_that_cannot_be_keyed_leaves_no_copy(bpy, library, person) -> None:
    person.pose.bones["head"].lock_rotation[0] = True
    asked = {"name": "walk", "path": str(library / "moves.blend")}
    assert "are locked" in refused(bpy, bpy.ops.motionclip.assign_action, **asked)


def test_libraries_of_other_rigs(bpy, library, default_pack) -> None:
    """A Mixamo rig finds the Actions of its own kind, and not those that move no bone of it."""
    rig = armature_of(built(CONVENTIONS["Mixamo"], "A"))
    key_motion(rig, dance(40), "dance").asset_mark()
    bpy.ops.wm.save_as_mainfile(filepath=str(library / "dances.blend"))
    bpy.ops.wm.read_homefile(use_empty=True)
    armature_of(built(CONVENTIONS["Mixamo"], "T", limbs=0.9))
    assert bpy.ops.motionclip.search(text="a person dances", in_libraries=True) == {"FINISHED"}
    assert [(hit.name, Path(hit.path).name) for hit in SEARCH.results.hits] == [("dance", "dances.blend")]
    assert not SEARCH.results.said
    hit = SEARCH.results.hits[0]
    assert bpy.ops.motionclip.assign_action(name=hit.name, path=hit.path) == {"FINISHED"}
    assert bpy.context.object.animation_data.action.name == "dance"
