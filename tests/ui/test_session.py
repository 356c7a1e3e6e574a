"""What lives beside the file: the engine and the running job."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.ui.addon import ModelChoice
from motionclip_blender.ui.session import SESSION, Session


def working_until(go: threading.Event):
    """Work that goes on until it is cancelled or `go` is set."""

    def work(progress):
        while not go.wait(0.01):
            progress("Working", 0.5)

    return work


def test_the_engine_is_kept_until_the_preferences_change(default_pack) -> None:
    session = Session()
    shipped = session.engine(ModelChoice())
    assert session.engine(ModelChoice()) is shipped
    chosen = session.engine(ModelChoice(pack_folder=str(DEFAULT_FOLDER)))
    assert chosen is not shipped
    assert session.engine(ModelChoice(pack_folder=str(DEFAULT_FOLDER))) is chosen


def test_a_wrong_pack_folder_is_refused_and_the_right_one_works_after(default_pack, tmp_path) -> None:
    session = Session()
    with pytest.raises(UserError, match=r"no readable pack\.json"):
        session.engine(ModelChoice(pack_folder=str(tmp_path)))
    assert session.engine(ModelChoice()).pack.name == default_pack.name


def test_what_computes_is_the_preferences(default_pack) -> None:
    session = Session()
    assert session.engine(ModelChoice()).compute == "automatic"
    assert session.engine(ModelChoice(compute="numpy")).compute == "numpy"


def test_the_preferences_offer_all_that_can_compute(bpy) -> None:
    from motionclip_blender.core.networks import COMPUTE
    from motionclip_blender.ui.installation import preferences

    assert tuple(choice for choice, *_names in preferences._COMPUTE) == COMPUTE


def test_a_body_file_that_is_none_is_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="no body file"):
        ModelChoice(body_file=str(tmp_path / "SMPLX_NEUTRAL.npz")).body()


def test_there_is_one_job_at_a_time() -> None:
    session, go = Session(), threading.Event()
    session.begin()
    job = session.start(working_until(go))
    with pytest.raises(UserError, match="being made already"):
        session.begin()
    go.set()
    job.join()
    session.begin()


def test_closing_waits_for_the_job() -> None:
    session = Session()
    session.begin()
    job = session.start(working_until(threading.Event()))
    session.close()
    assert job.finished and job.cancelled
    assert not session.busy


def test_opening_another_file_cancels_the_job_and_says_so(bpy) -> None:
    job = SESSION.start(working_until(threading.Event()))
    bpy.ops.wm.read_homefile(use_empty=True)
    job.join()
    assert job.cancelled
    assert "another file was opened" in SESSION.error


def test_opening_a_file_with_no_job_says_nothing(bpy) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    assert SESSION.error == ""


def test_a_job_is_under_way_until_its_operator_has_the_result() -> None:
    session = Session()
    session.begin()
    job = session.start(lambda progress: "a motion")
    session.timer = object()  # of the operator that waits
    job.join()
    assert job.finished and session.busy
    with pytest.raises(UserError, match="being made already"):
        session.begin()
    session.timer = None  # it has keyed the motion
    assert not session.busy
    session.begin()


# --- letting go


@pytest.fixture
def used(monkeypatch):
    """A session with an engine, and a clock that a test can set."""
    from motionclip_blender.ui import session as module

    class Clock:
        now = 1000.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    session = Session()
    session.engine(ModelChoice())
    return session, clock


def test_an_engine_that_nobody_uses_is_let_go_of(used, default_pack) -> None:
    session, clock = used
    kept = weakref.ref(session.engine(ModelChoice()))
    clock.now += 59
    assert not session.let_go(60) and kept() is not None
    clock.now += 1
    assert session.let_go(60)
    gc.collect()
    assert kept() is None
    assert session.engine(ModelChoice()).pack.name == default_pack.name  # made anew


def test_every_use_begins_the_wait_anew(used) -> None:
    session, clock = used
    clock.now += 59
    session.engine(ModelChoice())
    clock.now += 59
    assert not session.let_go(60)


def test_an_engine_at_work_is_kept_and_then_for_the_whole_time(used) -> None:
    session, clock = used
    go = threading.Event()
    session.begin()
    job = session.start(working_until(go))
    clock.now += 600
    assert not session.let_go(60)
    go.set()
    job.join()
    assert not session.let_go(60)
    clock.now += 60
    assert session.let_go(60)


def test_there_is_nothing_to_let_go_of_twice(used) -> None:
    session, clock = used
    clock.now += 60
    assert session.let_go(60)
    assert not session.let_go(60)


def test_nothing_of_the_add_on_holds_on_to_the_engine(bpy, person, default_pack) -> None:
    """After a motion, a recognition and a slider: the memory is free again."""
    from motionclip_blender.ui import idle

    bpy.ops.motionclip.generate(prompt="a person walks", frames=30)
    bpy.ops.motionclip.recognise()
    blend = bpy.context.scene.motionclip.blend
    blend.start.prompt, blend.end.prompt = "a person walks", "a person runs"
    bpy.ops.motionclip.blend(frames=30)
    blend.factor = 0.2
    kept = weakref.ref(SESSION.loaded)
    assert kept() is not None
    assert idle.let_go(0)
    gc.collect()
    assert kept() is None
    blend.factor = 0.4  # made anew
    assert SESSION.loaded is not None


def test_the_preferences_say_when(bpy, monkeypatch) -> None:
    from types import SimpleNamespace

    from motionclip_blender.ui import addon, idle

    asked = []
    monkeypatch.setattr(idle, "let_go", asked.append)
    chosen = SimpleNamespace(idle_minutes=0, pack_folder="", body_file="", clip_file="", compute="numpy")
    monkeypatch.setattr(addon, "_chosen", lambda context: chosen)
    assert idle._look() > 0 and asked == []  # 0 is never
    chosen.idle_minutes = 5
    assert idle._look() > 0 and asked == [300.0]
    assert addon.model_choice(bpy.context).compute == "numpy"


def test_a_timer_looks_after_it_while_the_add_on_is_enabled(bpy) -> None:
    import bpy as blender

    from motionclip_blender.ui import idle

    assert blender.app.timers.is_registered(idle._look)


def test_nothing_is_begun_without_numpy(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(UserError, match="has no numpy"):
        Session().begin()
