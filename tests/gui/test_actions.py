"""Recognition, tags and reading of many Actions in a full Blender with a window."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.gui.action_panel import NAME, idle, key
from tests.gui.blender import VIEW, Blender
from tests.gui.sidebar import END, LEFT
from tests.gui.test_window import GENERATE, LONGEST_GAP, SLOW

pytestmark = pytest.mark.gui
WHAT_IS_THIS = "motionclip.recognise"


def key_many(blender: Blender, count: int) -> None:
    """Copies of the Action, "copy 0" and so on, as one undo step."""
    blender.run(f"""
        for i in range({count}):
            bpy.data.actions["moves"].copy().name = f"copy {{i}}"
        bpy.ops.ed.undo_push(message="copied")
    """)
    blender.settle()


def search(blender: Blender, text: str) -> None:
    """Opens the panel of the search, types, and clicks."""
    blender.sidebar.open("search")
    blender.sidebar.type("motionclip_search.text", text, LEFT)
    blender.sidebar.place("motionclip.search", END)
    blender.watch()
    blender.sidebar.click("motionclip.search", END)


# --- what is this Action?


def test_a_click_recognises_the_action(keyed: Blender) -> None:
    keyed.sidebar.open("recognise")
    keyed.sidebar.place(WHAT_IS_THIS)
    keyed.watch()
    keyed.sidebar.click(WHAT_IS_THIS)
    keyed.until("len(RECOGNITION.scores)", 60)
    idle(keyed)
    longest, _ = keyed.stood_still()
    assert longest < LONGEST_GAP
    shares = keyed.run("[score.share for score in RECOGNITION.scores[bpy.data.actions['moves'].session_uid]]")
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1.0)
    assert "Recognised as" in keyed.log


def test_ten_thousand_frames_with_the_window_alive(keyed: Blender) -> None:
    key(keyed, "long", 10_000)
    keyed.sidebar.open("recognise")
    keyed.sidebar.place(WHAT_IS_THIS)
    keyed.watch()
    keyed.sidebar.click(WHAT_IS_THIS)
    stages, uid = set(), keyed.run("bpy.data.actions['long'].session_uid")
    while not keyed.run(f"{uid} in RECOGNITION.scores"):
        stages.add(keyed.run("SESSION.job.stage if SESSION.job else ''"))
        assert not keyed.run("SESSION.error")
    longest, _ = keyed.stood_still()
    assert "Reading the motion" in stages and longest < LONGEST_GAP


def test_esc_cancels_in_the_middle(keyed: Blender) -> None:
    key(keyed, "long", 10_000)
    keyed.sidebar.open("recognise")
    keyed.sidebar.click(WHAT_IS_THIS)
    keyed.until("SESSION.busy", 20)
    keyed.call("xdotool", "mousemove", *map(str, VIEW), "key", "Escape")
    idle(keyed)
    assert keyed.run("SESSION.job.cancelled") and keyed.run("len(RECOGNITION.scores)") == 0
    assert keyed.run("SESSION.error") == ""


def test_a_file_opened_in_the_middle(keyed: Blender) -> None:
    keyed.run(SLOW)
    keyed.sidebar.open("recognise")
    keyed.sidebar.click(WHAT_IS_THIS)
    keyed.until("SESSION.busy and SESSION.job.fraction > 0", 20)
    keyed.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    keyed.until("'Cube' in bpy.data.objects", 20)
    keyed.until("not SESSION.busy", 20)
    assert "another file was opened" in keyed.run("SESSION.error")
    assert keyed.run("len(RECOGNITION.scores)") == 0


def test_two_jobs_at_once(keyed: Blender) -> None:
    keyed.run(SLOW)
    keyed.sidebar.click(GENERATE)
    keyed.until("SESSION.busy and SESSION.job.fraction > 0", 20)
    error = keyed.run("""
        try:
            bpy.ops.motionclip.recognise("INVOKE_DEFAULT")
            said = None
        except RuntimeError as error:
            said = str(error)
        said
    """)
    assert "being made already" in error
    keyed.sidebar.click("motionclip.cancel", END)
    idle(keyed)
    assert keyed.run("len(bpy.data.actions)") == 1


def test_blenders_search_finds_it(keyed: Blender) -> None:
    keyed.move(*VIEW)
    # what F3 does; in Debian's 5.2 no function key of the virtual display arrives
    keyed.run("bpy.ops.wm.search_menu('INVOKE_DEFAULT')")
    keyed.settle()
    keyed.call("xdotool", "type", "--delay", "30", "what is this")
    keyed.settle()
    keyed.key("Return")
    keyed.until("len(RECOGNITION.scores)", 60)


def test_a_click_names_and_tags_and_undo_takes_it_back(keyed: Blender) -> None:
    keyed.sidebar.open("recognise")
    keyed.sidebar.click(WHAT_IS_THIS)
    keyed.until("len(RECOGNITION.scores)", 60)
    idle(keyed)
    keyed.settle()
    keyed.sidebar.click("motionclip.tag_action")
    keyed.until("bpy.data.actions[0].asset_data", 60)
    idle(keyed)
    best = keyed.run("[score.name for score in RECOGNITION.scores[bpy.data.actions[0].session_uid]][:3]")
    assert keyed.run("bpy.data.actions[0].name") == best[0]
    assert keyed.run("[tag.name for tag in bpy.data.actions[0].asset_data.tags]") == best
    pixels = np.array(keyed.run("bpy.data.actions[0].preview.image_pixels_float[:]"))
    assert pixels.size == 256 * 256 * 4 and np.ptp(pixels) > 0.5, "a picture, rendered with a window open"
    keyed.move(*VIEW)
    keyed.key("ctrl+z")
    keyed.until("bpy.data.actions[0].name == 'moves' and bpy.data.actions[0].asset_data is None", 20)


def test_the_tags_can_be_adjusted_afterwards(keyed: Blender) -> None:
    keyed.run("bpy.ops.motionclip.tag_action('INVOKE_DEFAULT')")
    keyed.until("bpy.data.actions[0].asset_data", 60)
    idle(keyed)
    # as the panel of F9 does, down on the left of the view
    keyed.run("bpy.context.window_manager.operators[-1].properties.tags = 1\nbpy.ops.ed.undo_redo()")
    keyed.until("[len(action.asset_data.tags) for action in bpy.data.actions] == [1]", 30)


MARKED = "sum(action.asset_data is not None for action in bpy.data.actions)"


def test_all_actions_are_tagged_with_the_window_alive_and_one_undo_takes_it_back(keyed: Blender) -> None:
    key_many(keyed, 11)
    keyed.run("bpy.ops.motionclip.tag_action('INVOKE_DEFAULT', every=True)")
    keyed.until("SESSION.job.stage == 'Drawing the previews'", 120)
    keyed.watch()  # Blender sets its renderer up for the first one
    keyed.until(f"{MARKED} > 0", 60)
    longest, took = keyed.stood_still()
    assert longest < min(LONGEST_GAP, took / 2)
    idle(keyed)
    assert keyed.run(MARKED) == 12 and "12 Actions are in the Asset Browser now" in keyed.log
    keyed.move(*VIEW)
    keyed.key("ctrl+z")
    keyed.until(f"{MARKED} == 0", 20)
    assert keyed.run("len(bpy.data.actions)") == 12


def test_esc_while_previews_are_drawn_leaves_all_as_it_was(keyed: Blender) -> None:
    key_many(keyed, 39)
    keyed.run("bpy.ops.motionclip.tag_action('INVOKE_DEFAULT', every=True)")
    keyed.until("SESSION.job and SESSION.job.stage == 'Drawing the previews'", 120)
    keyed.call("xdotool", "mousemove", *map(str, VIEW), "key", "Escape")
    idle(keyed)
    assert keyed.run("SESSION.job.cancelled") and keyed.run(MARKED) == 0
    assert keyed.run("len(bpy.data.scenes)") == 1 and keyed.run("SESSION.error") == ""


# --- search

SEARCHING = """
    bpy.ops.motionclip.search('INVOKE_DEFAULT', text='walking around', in_libraries=False)
    SESSION.job.stage
"""


def test_a_thousand_actions_are_read_with_the_window_alive(keyed: Blender) -> None:
    key_many(keyed, 1000)
    keyed.watch()
    assert keyed.run(SEARCHING) == "Reading the Actions"
    keyed.until("SESSION.job.stage != 'Reading the Actions'", 60)
    longest, took = keyed.stood_still()
    assert longest < min(LONGEST_GAP, took / 2)
    keyed.call("xdotool", "mousemove", *map(str, VIEW), "key", "Escape")
    idle(keyed)
    assert keyed.run("SESSION.job.cancelled") and keyed.run("SEARCH.results") is None


def test_a_file_opened_while_actions_are_read(keyed: Blender) -> None:
    key_many(keyed, 1000)
    assert keyed.run(SEARCHING) == "Reading the Actions"
    keyed.run("bpy.app.timers.register(lambda: bpy.ops.wm.read_homefile() and None)")
    keyed.until("'Cube' in bpy.data.objects", 20)
    assert "another file was opened" in keyed.run("SESSION.error")
    assert not keyed.run("SESSION.busy") and keyed.run("SESSION.timer") is None
    assert keyed.run("len(bpy.context.window_manager.windows[0].modal_operators)") == 0


def test_undo_while_actions_are_read(keyed: Blender) -> None:
    key_many(keyed, 300)
    assert keyed.run(SEARCHING) == "Reading the Actions"
    keyed.run("bpy.ops.ed.undo()")  # the copies go again
    assert keyed.run("len(bpy.data.actions)") == 1
    keyed.until("SEARCH.results or SESSION.error", 120)
    idle(keyed)
    assert "moves" in keyed.run("[hit.name for hit in SEARCH.results.hits]")


def test_a_text_finds_actions_and_a_click_assigns_one(keyed: Blender) -> None:
    key(keyed, "other", 60, seed=1)
    search(keyed, "walking around")
    keyed.until("SEARCH.results", 60)
    idle(keyed)
    assert keyed.run("SEARCH.results.text") == "walking around"
    first, second = keyed.run("[hit.name for hit in SEARCH.results.hits]")
    assert {first, second} == {"moves", "other"}
    keyed.run(f"""
        bpy.context.object.animation_data.action = bpy.data.actions['{second}']
        bpy.ops.ed.undo_push(message="the other one")
    """)
    keyed.sidebar.click(f'motionclip.assign_action(name="{first}"', LEFT)
    keyed.until(f"bpy.context.object.animation_data.action.name == '{first}'", 20)
    keyed.move(*VIEW)
    keyed.key("ctrl+z")
    keyed.until(f"bpy.context.object.animation_data.action.name == '{second}'", 20)


def test_libraries_are_read_while_the_window_lives(keyed: Blender) -> None:
    library = keyed.folder / "library"
    library.mkdir()
    keyed.run(f"""
        bpy.data.actions["moves"].asset_mark()
        bpy.ops.wm.save_as_mainfile(filepath={str(keyed.inside / "library" / "moves.blend")!r}, copy=True)
        bpy.data.actions["moves"].asset_clear()
        bpy.ops.preferences.asset_library_add(directory={str(keyed.inside / "library")!r})
    """)
    (library / "damaged.blend").write_bytes((library / "moves.blend").read_bytes()[:5000])
    search(keyed, "walking around")
    keyed.until("SEARCH.results", 90)
    idle(keyed)
    longest, _ = keyed.stood_still()
    assert longest < LONGEST_GAP
    path = str(keyed.inside / "library" / "moves.blend")
    assert sorted(keyed.run("[hit.path for hit in SEARCH.results.hits]")) == ["", path]
    assert any("damaged.blend cannot be read" in sentence for sentence in keyed.run("SEARCH.results.said"))
    keyed.sidebar.click(f'motionclip.assign_action(name="moves", path="{path}"', LEFT)
    keyed.until("len(bpy.data.actions) == 2", 20)
    assert keyed.run("bpy.context.object.animation_data.action.get('origin')") == f"{path}: moves"
    cache = keyed.run(f"bpy.utils.extension_path_user({NAME!r}, path='libraries')")
    files = list((keyed.root / Path(cache).relative_to("/")).glob("*.npz"))
    assert len(files) == 1, "kept for the next time"
    keyed.run("""
        libraries = bpy.context.preferences.filepaths.asset_libraries
        bpy.ops.preferences.asset_library_remove(index=len(libraries) - 1)
    """)
    shutil.rmtree(library)
