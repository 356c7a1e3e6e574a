"""Where the buttons of Actions stand in the window, and Actions to click at."""

from __future__ import annotations

from tests.gui.blender import Blender

NAME = "bl_ext.user_default.motionclip"
KEYED = """
    import numpy as np
    from bl_ext.user_default.motionclip.core.motion import Motion
    from bl_ext.user_default.motionclip.core.recipe.recipe import Recipe
    from bl_ext.user_default.motionclip.core.recipe.codec import to_json
    from bl_ext.user_default.motionclip.rig.write_keys import key_motion
    rng = np.random.default_rng({seed})
    way = np.cumsum(rng.normal(size=({frames}, 55, 4)) * 0.02, axis=0)
    motion = Motion(way + [1, 0, 0, 0], np.zeros(({frames}, 3)), 24)
    notes = dict(recipe=to_json(Recipe.of_prompt({name!r}, 60)), prompt={name!r}, pack="default 0")
    key_motion(bpy.context.object, motion, {name!r}, notes=notes)
    bpy.ops.ed.undo_push(message="keyed")
    bpy.context.area.tag_redraw()
"""


def key(blender: Blender, name: str, frames: int, seed: int = 0) -> None:
    """Keys nothing in particular, as an Action that says that it was made here."""
    blender.run(KEYED.format(name=name, frames=frames, seed=seed))
    blender.settle()


def idle(blender: Blender, seconds: float = 60) -> None:
    """Waits for the job to be over."""
    blender.until("not SESSION.busy and not bpy.context.window_manager.windows[0].modal_operators[:]", seconds)
