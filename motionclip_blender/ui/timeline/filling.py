"""Tells changes of the list that the extension makes from those of the user, which the motion follows."""

from __future__ import annotations


class Filling:
    """Marks the extension's own changes of the list: `with FILLING:` around them. Such blocks may be nested."""

    def __init__(self) -> None:
        self._depth = 0

    @property
    def active(self) -> bool:
        """Whether the extension changes the list now, so that what changes is no wish of the user's."""
        return self._depth > 0

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1


FILLING = Filling()
"""One for all scenes: Blender calls the update functions of properties in the main thread, one after the other."""
