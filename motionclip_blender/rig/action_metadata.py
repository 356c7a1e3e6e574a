"""Keys a recipe's motion as an Action, and stores the recipe in the Action so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Collection

import bpy
import numpy as np

from ..core.cleanup.loop import ending_as_begun
from ..core.errors import UserError
from ..core.json_text import parsed_json
from ..core.latents import file as latent_file
from ..core.motion import Motion
from ..core.prompt import MAX_FRAMES, MIN_FRAMES, action_name
from ..core.prompt_plan.told import Step
from ..core.recipe.codec import from_json, to_json
from ..core.recipe.make import Made
from ..core.recipe.recipe import Recipe
from .cycles import make_acyclic, make_cyclic
from .versions import fcurves_of
from .write_keys import key_motion, rekey_motion

RECIPE_NOTE, PROMPT_NOTE, PACK_NOTE, LATENT_NOTE = "recipe", "prompt", "pack", "latent"
STEPS_NOTE, STARTS_NOTE = "steps", "starts"
"""Custom properties of an Action: what it was made from. A prompt is noted where there was nothing else, a latent where
there is a single one (float32, base64), what was understood where steps were read, as JSON, and of a timeline the
frames at which its segments start, counted from 0."""


def key_made(
    armature: bpy.types.Object,
    recipe: Recipe,
    made: Made,
    name: str,
    start_frame: float = 1,
    assign: bool = True,
    rate: float | None = None,
    bones: Collection[str] | None = None,
) -> bpy.types.Action:
    """Keys a motion that was made as a new Action called `name`, and returns the Action; a loop repeats without end.

    start_frame, assign, rate, bones: as for `key_motion`, whose errors are raised too.
    """
    motion, notes = _round(recipe, made), _notes(recipe, made)
    action = key_motion(
        armature, motion, action_name(name), start_frame, rate=rate, notes=notes, assign=assign, bones=bones
    )
    if recipe.loop:
        make_cyclic(action, armature)
    return action


def rekey_made(armature: bpy.types.Object, recipe: Recipe, made: Made, rate: float | None = None) -> None:
    """Puts the motion that was made in the place of what the armature's Action holds, as `rekey_motion` does.

    A loop goes round for ever, and what was a loop no longer does. A manual frame range that held all of the Action's
    keys holds all of them again.
    """
    action = armature.animation_data.action if armature.animation_data else None
    was_loop = action is not None and _is_loop(action)
    whole = action is not None and _holds_all(action)
    curves = len(fcurves_of(action, armature, "pose.bones[")) if was_loop else 0
    rekey_motion(armature, _round(recipe, made), _notes(recipe, made), rate)
    if recipe.loop:
        # at a slider's steps it is cyclic already; going through all curves would take a fifth of the time for the keys
        same = was_loop and _holds_all(action) and curves == len(fcurves_of(action, armature, "pose.bones["))
        if not same:
            make_cyclic(action, armature)
    elif was_loop:
        make_acyclic(action, armature)
    elif whole and action is not None:
        action.frame_start, action.frame_end = action.curve_frame_range


def recipe_of(action: bpy.types.Action) -> Recipe | None:
    """Returns the recipe of an Action, or None. Raises `UserError` if there is one that cannot be read."""
    if RECIPE_NOTE in action:
        return from_json(str(action[RECIPE_NOTE]))
    if PROMPT_NOTE in action and PACK_NOTE in action:  # as the first versions stored them
        first, last = action.frame_range
        frames = min(max(round(last - first) + 1, MIN_FRAMES), MAX_FRAMES)
        return Recipe.of_prompt(str(action[PROMPT_NOTE]), frames)
    return None


def _is_loop(action: bpy.types.Action) -> bool:
    try:
        recipe = recipe_of(action)
    except UserError:
        return False
    return recipe is not None and recipe.loop


def _holds_all(action: bpy.types.Action) -> bool:
    """Checks whether an Action has a manual frame range, which holds its keys exactly."""
    return action.use_frame_range and (action.frame_start, action.frame_end) == tuple(action.curve_frame_range)


def latent_of(action: bpy.types.Action) -> np.ndarray | None:
    """Returns the latent that an Action was made from, (D,) float32, or None."""
    return latent_file.from_text(str(action.get(LATENT_NOTE, "")))


def pack_of(action: bpy.types.Action) -> str:
    """Returns name and version of the pack that an Action was made with; empty for one that was not made here."""
    return str(action.get(PACK_NOTE, ""))


def steps_of(action: bpy.types.Action) -> tuple[Step, ...]:
    """Lists what was understood of the prompt whose steps an Action shows.

    Empty for other Actions, and for a note that someone has changed so that it cannot be read: it is only shown.
    """
    try:
        return tuple(map(Step.of_values, parsed_json(str(action.get(STEPS_NOTE, "[]")))))
    except (ValueError, TypeError):
        return ()


def starts_of(action: bpy.types.Action) -> tuple[int, ...]:
    """Lists the frames at which the segments of an Action's timeline start, counted from 0.

    Empty for other Actions, and for a note that someone has changed so that it cannot be read.
    """
    try:
        return tuple(map(int, parsed_json(str(action.get(STARTS_NOTE, "[]")))))
    except (ValueError, TypeError):
        return ()


def _round(recipe: Recipe, made: Made) -> Motion:
    """Returns the motion as it is keyed: a loop ends with the first frame of its next round."""
    return ending_as_begun(made.motion) if recipe.loop else made.motion


def _notes(recipe: Recipe, made: Made) -> dict[str, str | None]:
    return {
        RECIPE_NOTE: to_json(recipe),
        PROMPT_NOTE: recipe.prompt or None,
        PACK_NOTE: made.pack,
        LATENT_NOTE: None if made.latent is None else latent_file.to_text(made.latent),
        STEPS_NOTE: json.dumps([step.values() for step in made.steps], ensure_ascii=False) if made.steps else None,
        STARTS_NOTE: json.dumps(made.starts) if made.starts else None,
    }
