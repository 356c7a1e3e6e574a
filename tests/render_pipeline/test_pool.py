"""A crashed worker's unit goes to another worker; after three crashes it is given up."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from render_pipeline.plan import Unit
from render_pipeline.pool import ATTEMPTS, Pool
from render_pipeline.process import Crashed


class Fake:
    """A renderer without Blender. `accident` is called with the unit's number and may raise."""

    def __init__(self, accident=lambda number: None) -> None:
        self.accident, self.closed = accident, threading.Event()

    def render(self, unit: Unit, tell) -> list:
        tell()
        self.accident(unit.number)
        return [({"unit": unit.number}, b"image")]

    def close(self) -> None:
        self.closed.set()


def draw(number: int) -> Unit:
    return Unit(number, [{"key": str(number)}], np.zeros((1, 55, 4)), np.zeros((1, 3)))


def test_all_units_get_done_once():
    told = []
    done = list(Pool([Fake(), Fake(), Fake()], draw, told.append).render(range(20)))
    assert sorted(unit.number for unit, _ in done) == list(range(20))
    assert sum(told) == 20


def test_a_crash_is_made_good_by_another_attempt():
    seen: list[int] = []

    def accident(number: int) -> None:
        seen.append(number)
        if number == 3 and seen.count(3) < ATTEMPTS:
            raise Crashed("while rendering: gone")

    told = []
    done = list(Pool([Fake(accident), Fake(accident)], draw, told.append).render(range(6)))
    assert sorted(unit.number for unit, _ in done) == list(range(6))
    assert all(isinstance(outcome, list) for _, outcome in done)
    assert sum(told) == 6, "what was lost with a crash is taken back"


def test_three_crashes_are_reported_and_the_rest_goes_on():
    def accident(number: int) -> None:
        if number == 3:
            raise Crashed("while rendering frame 7 of a/b: gone")

    results = Pool([Fake(accident), Fake(accident)], draw, lambda _: None).render(range(6))
    outcomes = {unit.number: outcome for unit, outcome in results}
    assert outcomes.pop(3) == "while rendering frame 7 of a/b: gone"
    assert len(outcomes) == 5
    assert all(isinstance(outcome, list) for outcome in outcomes.values())


@pytest.mark.parametrize("error", [UserError("No Blender."), ZeroDivisionError("a bug")])
def test_what_no_worker_can_do_better_stops_everything(error: Exception):
    def accident(number: int) -> None:
        raise error

    with pytest.raises(type(error)):
        list(Pool([Fake(accident), Fake()], draw, lambda _: None).render(range(100)))


def test_leaving_early_ends_workers_in_the_middle_of_their_work():
    slow, at_work = Fake(), threading.Event()

    def works_long(_: int) -> None:
        at_work.set()
        slow.closed.wait(30)

    slow.accident = works_long
    quick = Fake(lambda _: at_work.wait(30))
    results = Pool([quick, slow], draw, lambda _: None).render(range(100))
    next(results)
    results.close()
    assert slow.closed.is_set()
