"""Keeps what was made for an engine, or another owner, as long as the owner lives and room is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class Kept(Generic[Owner, Value]):
    """Values, none of them None, by owner and key; the least recently asked for are dropped first. For any thread."""

    def __init__(self, most: int, weight: Callable[[Value], int] = lambda value: 1) -> None:
        """most: the weight of all values of an owner, by default their number; one value is kept whatever it weighs."""
        self._most, self._weight = most, weight
        self._values: WeakKeyDictionary[Owner, dict[Hashable, Value]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, owner: Owner, key: Hashable, make: Callable[[], Value]) -> Value:
        """Returns the value that is kept under a key, and makes it first where there is none.

        It is made without the lock: two threads that ask for it at once both make it. What `make` raises is raised, and
        nothing is kept.
        key: all that determines the value beside the owner.
        """
        found = self.get(owner, key)
        return self.put(owner, key, make()) if found is None else found

    def get(self, owner: Owner, key: Hashable) -> Value | None:
        """Returns the value that is kept under a key; None where there is none."""
        with self._lock:
            values = self._values.setdefault(owner, {})
            if key in values:
                values[key] = values.pop(key)  # the last one is the latest
            return values.get(key)

    def put(self, owner: Owner, key: Hashable, value: Value) -> Value:
        """Keeps a value under a key, and returns it."""
        with self._lock:
            values = self._values.setdefault(owner, {})
            values.pop(key, None)
            values[key] = value
            weight = sum(map(self._weight, values.values()))
            while weight > self._most and len(values) > 1:
                weight -= self._weight(values.pop(next(iter(values))))
        return value

    def forget(self, owner: Owner) -> None:
        """Drops all that is kept for an owner."""
        with self._lock:
            self._values.pop(owner, None)
