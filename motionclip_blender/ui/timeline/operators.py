"""Defines the operators that edit the list of segments."""

from __future__ import annotations

from typing import NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import EnumProperty, IntProperty

from ..generate import generation
from ..tasks.background_operator import BackgroundOperator, Reporting, Work
from .filling import FILLING

_INDEX = {
    "name": "Index",
    "description": "Which segment, 0 the first; by default the active one",
    "min": -1,
    "default": -1,
    "options": {"SKIP_SAVE"},
}


class MOTIONCLIP_OT_add_segment(Reporting, bpy.types.Operator):
    """Add a segment below the active one"""

    bl_idname = "motionclip.add_segment"
    bl_label = "Add segment"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        from ...core.prompt import MOST_SEGMENTS

        if len(context.scene.motionclip.timeline.segments) >= MOST_SEGMENTS:
            cls.poll_message_set("The list has as many segments as a timeline may have")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = context.scene.motionclip.timeline
        asked.segments.add()
        last = len(asked.segments) - 1
        at = min(asked.active + 1, last)
        asked.segments.move(last, at)
        asked.active = at
        return self.finish()


class _OfList(Reporting):
    """Base of the operators that need a segment."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(context.scene.motionclip.timeline.segments)


class MOTIONCLIP_OT_remove_segment(_OfList, bpy.types.Operator):
    """Remove the segment from the list"""

    bl_idname = "motionclip.remove_segment"
    bl_label = "Remove segment"
    bl_options = {"REGISTER", "UNDO"}

    index: IntProperty(**_INDEX)

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = context.scene.motionclip.timeline
        index = self.index if self.index >= 0 else asked.active
        if not 0 <= index < len(asked.segments):
            return {"CANCELLED"}
        asked.segments.remove(index)
        asked.active = max(min(asked.active, len(asked.segments) - 1), 0)
        return self.finish()


class MOTIONCLIP_OT_move_segment(_OfList, bpy.types.Operator):
    """Move the active segment up or down in the list"""

    bl_idname = "motionclip.move_segment"
    bl_label = "Move segment"
    bl_options = {"REGISTER", "UNDO"}

    way: EnumProperty(
        name="Way",
        description="Where to",
        items=(("UP", "Up", "Earlier in the motion"), ("DOWN", "Down", "Later in the motion")),
        options={"SKIP_SAVE"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        asked = context.scene.motionclip.timeline
        to = asked.active + (-1 if self.way == "UP" else 1)
        if not (0 <= to < len(asked.segments) and 0 <= asked.active < len(asked.segments)):
            return {"CANCELLED"}
        asked.segments.move(asked.active, to)
        asked.active = to
        return self.finish()


class _Split(NamedTuple):
    """The steps of a prompt, and sentences about what of it is no step of them."""

    prompts: list[str]
    remarks: tuple[str, ...]


class MOTIONCLIP_OT_split_prompt(BackgroundOperator, bpy.types.Operator):
    """Read the prompt above in steps, and make each step a segment; the segments that are there are replaced"""

    bl_idname = "motionclip.split_prompt"
    bl_label = "Split the prompt"
    bl_options = {"REGISTER", "UNDO"}

    def begin(self, context: bpy.types.Context) -> Work[_Split]:
        prompt = context.scene.motionclip.prompt
        self.scene = context.scene.session_uid

        def work(engine, progress) -> _Split:
            from ...core.prompt_plan.understand import understand

            engine.load(progress)
            plan, _choices = understand(engine, engine.wordings, prompt)
            prompts = [" while ".join((segment.said, *segment.together)) for segment in plan.segments]
            return _Split(prompts, plan.remarks)

        return work

    def end(self, context: bpy.types.Context, result: _Split) -> set[str]:
        asked = generation.existing_scene(self.scene).motionclip.timeline
        with FILLING:
            asked.segments.clear()
            for text in result.prompts:
                asked.segments.add().prompt = text
            asked.active = 0
        self.tell(_("The prompt has {} segments").format(len(result.prompts)), result.remarks)
        return {"FINISHED"}


CLASSES = (
    MOTIONCLIP_OT_add_segment,
    MOTIONCLIP_OT_remove_segment,
    MOTIONCLIP_OT_move_segment,
    MOTIONCLIP_OT_split_prompt,
)
