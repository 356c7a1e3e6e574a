"""Reads an Action for the panels: by its keys, or as Blender shows it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import bpy

from ...core.errors import UserError
from ..tasks.main_thread import Step, Steps

if TYPE_CHECKING:
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown

T = TypeVar("T")

_HINT = 'Tick "As shown" to read what Blender shows.'


def keys_of(
    armature: bpy.types.Object, action: bpy.types.Action | None, as_shown: bool
) -> Steps[tuple[KeptKeys | Shown, list[str]]]:
    """Reads an Action as it moves `armature`, by default its own; returns it with sentences about what is left out.

    Raises `UserError` if there is nothing to read.
    """
    from ...rig.bones import Bones
    from ...rig.read_action import kept_keys
    from ...rig.remarks import left_out
    from ...rig.shown import shown_steps
    from ...rig.target import target_of

    if not as_shown and isinstance(target_of(armature), Bones):
        keys, said = kept_keys(armature, action), left_out(armature, action)
        return keys, [*said, _HINT] if said else []
    return (yield from _told(shown_steps(armature, action), "Reading what is shown")), []


class Read(NamedTuple):
    """An Action that was read. uid: its `session_uid`, because it may be renamed or deleted afterwards."""

    uid: int
    keys: KeptKeys | Shown


def keys_in(armature: bpy.types.Object, action: bpy.types.Action) -> Steps[KeptKeys | Shown]:
    """Reads what an Action holds for an armature. Raises `UserError` if that is nothing."""
    from ...rig.shown import keys_in_steps

    return _told(keys_in_steps(armature, action), "Reading the Actions")


def keys_of_all(
    armature: bpy.types.Object | None, check: Callable[[KeptKeys | Shown], object] | None = None
) -> Steps[dict[str, Read]]:
    """Reads every Action of this file that moves the armature's joints, by name.

    Of two Actions with the same name, the file's own is read. check: called with what was read; an Action for which it
    raises `UserError` is left out. Raises `UserError` if the armature is no person's.
    """
    from ...rig.shown import keys_in_steps
    from ...rig.target import target_of

    uid = target_of(armature).armature.session_uid
    found: dict[str, Read] = {}
    places = [(action.name, action.library and action.library.filepath) for action in bpy.data.actions]
    for i, place in enumerate(places):
        action = bpy.data.actions.get(place)
        armature = next((one for one in bpy.data.objects if one.session_uid == uid), None)
        if armature is None:
            raise UserError("The armature was deleted while its Actions were read; nothing was changed.")
        if action is not None and (name := place[0]) not in found:
            action_uid = action.session_uid
            with suppress(UserError):  # it moves something else, or is too long
                steps = keys_in_steps(armature, action)
                keys = yield from _told(steps, "Reading the Actions", i / len(places), (i + 1) / len(places))
                if check is not None:
                    check(keys)
                found[name] = Read(action_uid, keys)
        yield Step("Reading the Actions", (i + 1) / len(places))
    return found


def _told(steps: Generator[float, None, T], stage: str, first: float = 0.0, last: float = 1.0) -> Steps[T]:
    """Runs steps of `rig`, which yield their own progress, as a part of the work from `first` to `last`."""
    while True:
        try:
            done = next(steps)
        except StopIteration as end:
            return end.value
        yield Step(stage, first + (last - first) * done)
