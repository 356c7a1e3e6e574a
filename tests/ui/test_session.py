"""What lives beside the file: the engine and the running job."""

from __future__ import annotations

import threading

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.ui.session import SESSION, Session, Sources


def working_until(go: threading.Event):
    """Work that goes on until it is cancelled or `go` is set."""

    def work(progress):
        while not go.wait(0.01):
            progress("Working", 0.5)

    return work


def test_the_engine_is_kept_until_the_preferences_change(default_pack) -> None:
    session = Session()
    shipped = session.engine(Sources())
    assert session.engine(Sources()) is shipped
    chosen = session.engine(Sources(pack_folder=str(DEFAULT_FOLDER)))
    assert chosen is not shipped
    assert session.engine(Sources(pack_folder=str(DEFAULT_FOLDER))) is chosen


def test_a_wrong_pack_folder_is_refused_and_the_right_one_works_after(default_pack, tmp_path) -> None:
    session = Session()
    with pytest.raises(UserError, match=r"no readable pack\.json"):
        session.engine(Sources(pack_folder=str(tmp_path)))
    assert session.engine(Sources()).pack.name == default_pack.name


def test_a_body_file_that_is_none_is_refused(tmp_path) -> None:
    with pytest.raises(UserError, match="no body file"):
        Sources(body_file=str(tmp_path / "SMPLX_NEUTRAL.npz")).body()


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
