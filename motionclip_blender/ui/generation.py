"""A prompt to keys in three steps: `request` and `key` run in the main thread, `make` between them in any."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import bpy

from ..core.errors import UserError
from ..core.prompt import MAX_FRAMES, MIN_FRAMES, action_name, checked_frames, checked_prompt

if TYPE_CHECKING:
    from ..core.engine import Engine
    from ..core.motion import Motion
    from ..core.progress import Progress

PROMPT_NOTE, PACK_NOTE = "prompt", "pack"
"""Custom properties of an Action: what it was made from."""


@dataclass(frozen=True)
class Request:
    """What is wanted, as plain values: nothing of Blender's is held while the worker runs, for undo, deleting
    and loading files free it.

    frames: length in frames of the scene. fps: the scene's rate. armature: the object's `session_uid`.
    """

    prompt: str
    frames: int
    start_frame: int
    fps: float
    armature: int


class Made(NamedTuple):
    """A motion at the scene's rate, and the name of the pack that made it."""

    motion: Motion
    pack: str


def armature_of(context: bpy.types.Context) -> bpy.types.Object | None:
    """The active armature, or the one that the active mesh is bound to."""
    active = context.active_object
    return active.find_armature() if active is not None and active.type == "MESH" else active


def note(armature: bpy.types.Object, name: str) -> str:
    """What the armature's Action says under `name`; empty when it was not made here."""
    action = armature.animation_data and armature.animation_data.action
    return str(action.get(name, "")) if action else ""


def request(context: bpy.types.Context, prompt: str, frames: int, start_frame: int) -> Request:
    """Checks everything that can be checked before the work. Raises `UserError`."""
    from ..rig.bones import Bones
    from ..rig.keys import scene_fps

    prompt, frames = checked_prompt(prompt), checked_frames(frames)
    armature = armature_of(context)
    Bones.of(armature).check_keyable()
    return Request(prompt, frames, start_frame, scene_fps(context.scene), armature.session_uid)


def make(engine: Engine, wanted: Request, progress: Progress | None = None) -> Made:
    """The motion, exactly `wanted.frames` long at the scene's rate. Touches nothing of Blender's."""
    seconds = (wanted.frames - 1) / wanted.fps
    frames = math.ceil(seconds * engine.pack.fps - 1e-9) + 1  # at the pack's rate; the last one may go beyond
    if frames > MAX_FRAMES:
        most = int((MAX_FRAMES - 1) / engine.pack.fps * wanted.fps + 1e-9) + 1
        raise UserError(
            f"At {wanted.fps:g} frames per second {wanted.frames:,} frames are too long; "
            f"ask for {most:,} or fewer."
        )
    motion = engine.generate(wanted.prompt, max(frames, MIN_FRAMES), progress)
    motion = motion.resample(wanted.fps).crop(0, wanted.frames)
    return Made(motion, f"{engine.pack.name} {engine.pack.version}")


def key(wanted: Request, made: Made) -> bpy.types.Action:
    """A new Action with the motion, on the armature. Raises `UserError` when it is gone or can't be keyed."""
    from ..rig.keys import key_motion

    armature = next((found for found in bpy.data.objects if found.session_uid == wanted.armature), None)
    if armature is None or not armature.users_scene:
        raise UserError("The armature was deleted while the motion was made; nothing was changed.")
    notes = {PROMPT_NOTE: wanted.prompt, PACK_NOTE: made.pack}
    return key_motion(armature, made.motion, action_name(wanted.prompt), wanted.start_frame, notes=notes)
