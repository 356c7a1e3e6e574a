"""What is kept for an engine."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from motionclip_blender.core.kept import Kept


class Owner:
    pass


def test_a_value_is_made_once():
    kept: Kept[Owner, list[int]] = Kept(3)
    owner, made = Owner(), []
    values = [kept.of(owner, "a", lambda: made.append(1) or made) for _ in range(3)]
    assert made == [1] and all(value is made for value in values)


def test_the_least_recently_asked_for_is_dropped_first():
    kept: Kept[Owner, str] = Kept(2)
    owner = Owner()
    for key in ("a", "b", "a", "c"):
        kept.of(owner, key, lambda: "first")
    assert [kept.of(owner, key, lambda: "again") for key in ("c", "a", "b")] == ["first", "first", "again"]


def test_values_may_weigh_more_than_one():
    kept: Kept[Owner, str] = Kept(5, len)
    owner = Owner()
    kept.of(owner, "a", lambda: "abc")
    kept.of(owner, "b", lambda: "far too long")
    assert kept.of(owner, "b", lambda: "new") == "far too long"
    assert kept.of(owner, "a", lambda: "new") == "new"


def test_what_cannot_be_made_is_not_kept():
    kept: Kept[Owner, str] = Kept(2)
    owner = Owner()
    with pytest.raises(ZeroDivisionError):
        kept.of(owner, "a", lambda: str(1 // 0))
    assert kept.of(owner, "a", lambda: "made") == "made"


def test_nothing_is_kept_of_owners_that_are_gone():
    kept: Kept[Owner, Owner] = Kept(2)
    owner = Owner()
    value = weakref.ref(kept.of(owner, "a", Owner))
    assert value() is not None
    del owner
    gc.collect()
    assert value() is None


def test_what_is_forgotten_is_made_again():
    kept: Kept[Owner, str] = Kept(2)
    owner = Owner()
    kept.of(owner, "a", lambda: "first")
    kept.forget(owner)
    assert kept.of(owner, "a", lambda: "again") == "again"


def test_threads_may_ask_at_once():
    kept: Kept[Owner, int] = Kept(2)
    owner = Owner()

    def ask(number: int) -> bool:
        return all(kept.of(owner, (number + i) % 7, lambda: 1) == 1 for i in range(500))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))
