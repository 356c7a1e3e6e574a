"""Manages the list of labels that motions are compared with: the list that ships, until the user edits it."""

from __future__ import annotations

import bpy
from bpy.props import CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..tasks.background_operator import Reporting
from ..tasks.jobs import sentence


class MOTIONCLIP_PG_label(bpy.types.PropertyGroup):
    """A label. It has no methods, for the reason given in `ui.properties`."""

    name: StringProperty(name="Label", description="What a motion may be, in English, such as walk or throw a ball")


class MOTIONCLIP_PG_labels(bpy.types.PropertyGroup):
    """The property `scene.motionclip_labels`. Without items, the list that ships is used."""

    items: CollectionProperty(type=MOTIONCLIP_PG_label)
    active: IntProperty(name="Active label", options={"SKIP_SAVE"})


class MOTIONCLIP_UL_labels(bpy.types.UIList):
    """The labels, each a text that can be edited."""

    bl_idname = "MOTIONCLIP_UL_labels"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property, index) -> None:
        layout.prop(item, "name", text="", emboss=False)


class MOTIONCLIP_OT_edit_labels(Reporting, bpy.types.Operator):
    """Copy the labels that ship with the add-on into this file, to add to them, change and remove them"""

    bl_idname = "motionclip.edit_labels"
    bl_label = "Edit the labels of recognition"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            _ship(context.scene.motionclip_labels)
        except Exception as error:
            return self.refuse(sentence(error))
        return self.finish()


class MOTIONCLIP_OT_add_label(Reporting, bpy.types.Operator):
    """Add a label to the list that motions are compared with"""

    bl_idname = "motionclip.add_label"
    bl_label = "Add a label of recognition"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Label", description="What a motion may be, in English", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        own = context.scene.motionclip_labels
        try:
            _ship(own)
        except Exception as error:
            return self.refuse(sentence(error))
        own.items.add().name = self.name or bpy.app.translations.pgettext_data("New label")
        own.active = len(own.items) - 1
        return self.finish()


class MOTIONCLIP_OT_remove_label(Reporting, bpy.types.Operator):
    """Remove the active label from the list"""

    bl_idname = "motionclip.remove_label"
    bl_label = "Remove a label of recognition"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if not context.scene.motionclip_labels.items:
            cls.poll_message_set("The labels are those that ship; press Edit the labels first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        own = context.scene.motionclip_labels
        if len(own.items) == 1:  # an empty list would mean the list that ships
            self.report({"ERROR"}, "The last label stays; add others first, or reset the list.")
            return {"CANCELLED"}
        own.items.remove(min(max(own.active, 0), len(own.items) - 1))
        own.active = min(max(own.active, 0), len(own.items) - 1)
        return self.finish()


class MOTIONCLIP_OT_reset_labels(Reporting, bpy.types.Operator):
    """Go back to the labels that ship with the add-on; your own are removed"""

    bl_idname = "motionclip.reset_labels"
    bl_label = "Reset the labels of recognition"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        own = context.scene.motionclip_labels
        own.items.clear()
        own.active = 0
        return self.finish()


def labels_of(scene: bpy.types.Scene) -> tuple[str, ...]:
    """Returns the labels to compare with, without empty ones and duplicates.

    Raises `UserError` for a list that cannot be used.
    """
    from ...core.recognition import checked_labels, default_labels

    items = scene.motionclip_labels.items
    return checked_labels(item.name for item in items) if items else default_labels()


def _ship(own: MOTIONCLIP_PG_labels) -> None:
    """Fills an empty list with the labels that ship; does not change any other list, whether usable or not."""
    from ...core.recognition import default_labels

    if not own.items:
        for label in default_labels():
            own.items.add().name = label


def attach() -> None:
    """Adds `scene.motionclip_labels`."""
    bpy.types.Scene.motionclip_labels = PointerProperty(type=MOTIONCLIP_PG_labels)


def detach() -> None:
    """Removes `scene.motionclip_labels`; the list stays in the file."""
    del bpy.types.Scene.motionclip_labels


CLASSES = (
    MOTIONCLIP_PG_label,
    MOTIONCLIP_PG_labels,
    MOTIONCLIP_UL_labels,
    MOTIONCLIP_OT_edit_labels,
    MOTIONCLIP_OT_add_label,
    MOTIONCLIP_OT_remove_label,
    MOTIONCLIP_OT_reset_labels,
)
