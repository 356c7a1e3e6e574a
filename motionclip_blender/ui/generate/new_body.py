"""Adds a body for a motion when there is none, completely visible in the user's view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import bpy
from bpy.app.translations import pgettext_rpt as _

from ...core.errors import UserError
from ..addon import model_choice
from ..session import SESSION
from . import framing, generation

if TYPE_CHECKING:
    from ...core.motion import Motion


@contextmanager
def somebody(context: bpy.types.Context, wanted: generation.Request, motion: Motion) -> Iterator[generation.Request]:
    """Yields the request with an armature: that of a new body if it has none. Removes the new body if the block fails.

    The body is completely visible in the user's view during the whole motion.
    """
    if wanted.armature:
        yield wanted
        return
    from ...rig.newcomer import for_motion, room_of

    body = SESSION.engine(model_choice(context)).body
    scene = generation.scene_of(wanted)
    if context.scene != scene:  # Blender makes bones only in the scene that is shown
        text = _('Another scene is shown by now, so that "{}" can get no new body; go back to it and try again.')
        raise UserError(text.format(scene.name))
    view = framing.view_of(context)
    with for_motion(context, body, motion, view and view.space) as armature:
        yield wanted._replace(armature=armature.session_uid)
    if view is not None:
        framing.show(view, *room_of(armature, motion))


def armature_or_new(context: bpy.types.Context) -> bpy.types.Object:
    """Returns the active armature, if it is a person's, or that of a new body. Raises `UserError` if it cannot be
    keyed."""
    from ...rig.target import target_of

    try:
        target = target_of(generation.armature_of(context))
    except UserError:
        return add_in_sight(context)
    target.check_keyable()
    return target.armature


def add_in_sight(context: bpy.types.Context, betas: Sequence[float] | None = None) -> bpy.types.Object:
    """Adds a body in free space, completely visible in the user's view, in the shape `betas`. Returns its armature."""
    import numpy as np

    from ...rig.newcomer import room_of, stand_free

    view = framing.view_of(context)
    shape = None if betas is None else np.array(betas, np.float32)
    armature = stand_free(context, model_choice(context).body(), view=view and view.space, betas=shape)
    if view is not None:
        framing.show(view, *room_of(armature))
    return armature
