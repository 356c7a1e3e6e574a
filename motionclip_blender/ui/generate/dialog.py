"""Makes a motion from the Add menu: a dialog asks for the prompt, for users who do not know the sidebar."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..fields import FRAMES, PROMPT


class MOTIONCLIP_OT_ask(bpy.types.Operator):
    """Type what a person does, and see it: on the selected character, or on a new one"""

    bl_idname = "motionclip.ask"
    bl_label = "Motion from a prompt"
    # no undo step of its own: it starts Generate motion, which can be adjusted and undone

    prompt: StringProperty(**PROMPT, options={"SKIP_SAVE"})
    frames: IntProperty(**FRAMES, options={"SKIP_SAVE"})
    play: BoolProperty(
        name="Play",
        description="Play the motion when it is made, in a preview range; the scene's own range stays",
        default=True,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        settings = context.scene.motionclip
        for name in ("prompt", "frames"):
            if not self.properties.is_property_set(name):
                setattr(self, name, getattr(settings, name))
        return context.window_manager.invoke_props_dialog(self, width=400, confirm_text="Generate")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.activate_init = True
        layout.prop(self, "prompt", text="", placeholder="What the person does", icon="TEXT")
        row = layout.row()
        row.prop(self, "frames")
        row.prop(self, "play")

    def execute(self, context: bpy.types.Context) -> set[str]:
        settings = context.scene.motionclip
        settings.prompt = self.prompt
        try:
            bpy.ops.motionclip.generate("INVOKE_DEFAULT", prompt=self.prompt, frames=self.frames, play=self.play)
        except RuntimeError:
            return {"CANCELLED"}  # the operator has reported the reason
        return {"FINISHED"}


CLASSES = (MOTIONCLIP_OT_ask,)
