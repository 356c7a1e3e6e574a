"""The background job."""

from __future__ import annotations

import sys
import threading

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import UserError
from motionclip_blender.ui.tasks.jobs import Job


def test_a_job_tells_how_far_it_is_and_then_has_a_result() -> None:
    seen, go = threading.Event(), threading.Event()

    def work(progress):
        progress("Counting", 0.5)
        seen.set()
        go.wait(5)
        return 42

    job = Job(work)
    assert seen.wait(5)
    assert (job.stage, job.fraction, job.finished, job.result) == ("Counting", 0.5, False, None)
    go.set()
    job.join()
    assert (job.finished, job.cancelled, job.result, job.error) == (True, False, 42, "")


def test_a_cancelled_job_ends_at_its_next_progress() -> None:
    begun, steps = threading.Event(), []

    def work(progress):
        for step in range(1000):
            progress("Working", step / 1000)
            steps.append(step)
            begun.set()
            cancelled.wait(5)

    cancelled = threading.Event()
    job = Job(work)
    assert begun.wait(5)
    job.cancel()
    cancelled.set()
    job.join()
    assert len(steps) == 1
    assert job.cancelled and job.result is None and job.error == "" and job.stage == "Cancelling"


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_threads_switch_as_before_once_all_jobs_have_ended(first_ends_first: bool) -> None:
    before = sys.getswitchinterval()
    go = threading.Event(), threading.Event()
    begun = threading.Barrier(3)

    def job(number: int) -> Job:
        return Job(lambda progress: (begun.wait(5), go[number].wait(5)))

    jobs = job(0), job(1)
    begun.wait(5)
    assert sys.getswitchinterval() < before
    order = (0, 1) if first_ends_first else (1, 0)
    go[order[0]].set()
    jobs[order[0]].join()
    assert sys.getswitchinterval() < before  # the other one still runs
    go[order[1]].set()
    jobs[order[1]].join()
    assert sys.getswitchinterval() == before


def test_what_the_user_can_mend_is_said_as_it_is(capfd: pytest.CaptureFixture) -> None:
    def work(progress):
        raise UserError("The pack is missing; install it.")

    job = Job(work)
    job.join()
    assert job.error == "The pack is missing; install it." == str(job.failure)
    assert isinstance(job.failure, UserError) and job.failure.__traceback__ is None
    assert capfd.readouterr().err == ""


def test_a_bug_is_called_a_bug_and_traced_on_the_console(capfd: pytest.CaptureFixture) -> None:
    job = Job(lambda progress: 1 / 0)
    job.join()
    assert job.error.startswith("This is a bug (ZeroDivisionError")
    assert "Traceback" in capfd.readouterr().err
