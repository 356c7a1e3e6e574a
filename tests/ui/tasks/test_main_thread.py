"""Work of the main thread in small steps, between which Blender goes on."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.progress import no_progress
from motionclip_blender.rig.write_keys import key_motion
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.recognise import recognition
from motionclip_blender.ui.recognise.operators import MOTIONCLIP_OT_tag_action
from motionclip_blender.ui.recognise.recognition import RECOGNITION
from motionclip_blender.ui.session import SESSION
from motionclip_blender.ui.tasks.main_thread import MainThreadJob, Step, all_at_once
from tests.synthetic import random_motion


def counting(seen: list[int], fail_at: int = -1):
    for i in range(10):
        if i == fail_at:
            raise UserError("Enough.")
        seen.append(i)
        time.sleep(0.004)
        yield Step("Counting", (i + 1) / 10)
    return "done"


def test_a_few_steps_at_a_time_and_then_a_result() -> None:
    seen: list[int] = []
    steps = MainThreadJob(counting(seen))
    steps.go_on(0.01)
    assert 1 <= len(seen) <= 3 and (steps.stage, steps.fraction) == ("Counting", len(seen) / 10)
    assert not steps.finished and steps.result is None
    rounds = 1
    while not steps.finished:
        steps.go_on(0.01)
        rounds += 1
    assert rounds > 3 and (steps.result, steps.error, steps.cancelled) == ("done", "", False)


def test_one_step_is_always_done() -> None:
    seen: list[int] = []
    MainThreadJob(counting(seen)).go_on(0.0)
    assert seen == [0]


def test_cancelled_in_the_middle() -> None:
    seen: list[int] = []
    steps = MainThreadJob(counting(seen))
    steps.go_on(0.0)
    steps.cancel()
    steps.go_on(1.0)
    assert (steps.finished, steps.cancelled, steps.result) == (True, True, None) and seen == [0]


def test_a_step_that_fails_says_why() -> None:
    steps = MainThreadJob(counting([], fail_at=2))
    steps.go_on(1.0)
    assert (steps.finished, steps.cancelled, steps.error) == (True, False, "Enough.")


def test_all_at_once() -> None:
    assert all_at_once(counting([])) == "done" and all_at_once({"FINISHED"}) == {"FINISHED"}
    with pytest.raises(UserError, match="Enough"):
        all_at_once(counting([], fail_at=2))


def test_steps_are_the_one_job_that_there_may_be(bpy) -> None:
    SESSION.run_steps(MainThreadJob(counting([])))
    with pytest.raises(UserError, match="being made already"):
        SESSION.begin()
    bpy.ops.wm.read_homefile(use_empty=True)
    assert SESSION.job.cancelled and not SESSION.busy and "another file was opened" in SESSION.error


# --- the Actions of a file


@pytest.fixture
def actions(bpy, person) -> list[str]:
    """The names of forty Actions for the person."""
    motion = random_motion(20, size=0.3)
    return [key_motion(person, motion, f"take {i}").name for i in range(40)]


def test_each_action_is_a_step(person, actions) -> None:
    steps = recognition.all_keys(person)
    fractions = [step.fraction for step in steps]
    assert len(fractions) == 40 and fractions == sorted(fractions) and fractions[-1] == 1.0


def test_actions_may_go_and_change_their_names_meanwhile(bpy, person, actions) -> None:
    steps = recognition.all_keys(person)
    next(steps)
    bpy.data.actions.remove(bpy.data.actions["take 7"])
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.ed.undo_push(message="after")
    bpy.ops.ed.undo()  # all that Blender had given out before is void now
    assert sorted(all_at_once(steps)) == sorted(set(actions) - {"take 7"})


def test_an_action_that_goes_while_all_are_read_is_left_out(bpy, person, actions, default_pack) -> None:
    operator = _tagging(person)
    steps = operator.begin(bpy.context)
    for _ in actions:
        next(steps)
    renamed = bpy.data.actions["take 8"]
    uid, renamed.name = renamed.session_uid, "another"
    bpy.data.actions["take 9"].name = "take 8"
    bpy.data.actions.remove(bpy.data.actions["take 7"])
    work = all_at_once(steps)
    engine, progress = SESSION.engine(ModelChoice()), no_progress
    found = {one.uid for one in work(engine, progress)}
    assert found == {action.session_uid for action in bpy.data.actions} and uid in found and len(found) == 39


def test_one_that_lasts_for_hours_is_left_out(bpy, person, actions) -> None:
    bpy.data.actions["take 7"].use_frame_range = True
    bpy.data.actions["take 7"].frame_end = 190_000  # at 24 per second, too many at 30
    assert sorted(all_at_once(recognition.all_keys(person))) == sorted(set(actions) - {"take 7"})


def test_the_armature_may_go_meanwhile(bpy, person, actions) -> None:
    steps = recognition.all_keys(person)
    next(steps)
    bpy.data.objects.remove(person)
    with pytest.raises(UserError, match="armature was deleted"):
        all_at_once(steps)


def test_of_two_with_one_name_the_files_own_is_taken(bpy, person, tmp_path) -> None:
    key_motion(person, random_motion(50, size=0.3), "take")
    path = str(tmp_path / "other.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.motionclip.add_body()
    key_motion(bpy.context.object, random_motion(20, size=0.3), "take")
    with bpy.data.libraries.load(path, link=True) as (_, linked):
        linked.actions = ["take"]
    assert [(action.name, action.library is None) for action in bpy.data.actions] == [("take", True), ("take", False)]
    (read,) = all_at_once(recognition.all_keys(bpy.context.object)).values()
    assert read.keys.last - read.keys.first < 30


# --- their previews


def _tagging(person, reports: list[str] | None = None) -> object:
    """What `begin` and `end` need of the operator that tags all Actions; Blender makes those itself."""

    class Operator:
        rename, tags, every, along = True, 2, True, False
        armature = person.session_uid
        chosen, begin, end, _pictures = (
            getattr(MOTIONCLIP_OT_tag_action, name) for name in ("chosen", "begin", "end", "_pictures")
        )

        def report(self, kind, text) -> None:
            reports.append(text)

    return Operator()


def test_each_preview_is_a_step_and_nothing_is_marked_before_the_last(bpy, person, default_pack) -> None:
    for i in range(3):
        key_motion(person, random_motion(20, seed=i, size=0.3), f"take {i}")
    RECOGNITION.forget()
    reports = []

    operator = _tagging(person, reports)
    work = all_at_once(operator.begin(bpy.context))
    steps = operator.end(bpy.context, work(SESSION.engine(ModelChoice()), no_progress))
    for _ in range(3):
        assert next(steps).stage == "Drawing the previews"
        assert not any(action.asset_data for action in bpy.data.actions) and len(bpy.data.scenes) == 1
    bpy.data.actions.remove(bpy.data.actions["take 1"])  # the user did, meanwhile
    assert all_at_once(steps) == {"FINISHED"} and reports == ["2 Actions are in the Asset Browser now"]
    assert all(action.asset_data and action.preview for action in bpy.data.actions)
