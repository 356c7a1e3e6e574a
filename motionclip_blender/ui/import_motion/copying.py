"""Defines the operator that copies motions from one character to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import bpy
from bpy.app.translations import pgettext_rpt as _
from bpy.props import EnumProperty, StringProperty

from ...core.errors import UserError
from ..addon import model_choice
from ..generate import generation
from ..generate.action_reading import keys_in, keys_of_all
from ..tasks.background_operator import BackgroundOperator, PlainWork
from ..tasks.main_thread import Steps

if TYPE_CHECKING:
    from ...core.motion import Motion
    from ...core.progress import Progress
    from ...rig.read_action import KeptKeys
    from ...rig.shown import Shown

_WHICH = (
    ("ACTION", "Its Action", "The motion that the other armature has now"),
    ("ALL", "All Actions", "All Actions of the file that move the other armature's bones"),
)


class _Copied(NamedTuple):
    """A motion for the target. name: of the Action it comes from. first: its first frame."""

    name: str
    first: float
    motion: Motion


class MOTIONCLIP_OT_copy_motion(BackgroundOperator, bpy.types.Operator):
    """Copy motion from another armature to the active one, fitted to its proportions, as new Actions"""

    bl_idname = "motionclip.copy_motion"
    bl_label = "Copy motion from"
    bl_options = {"REGISTER", "UNDO"}

    needs_engine = False
    source: StringProperty(name="From", description="The armature whose motion is copied", options={"SKIP_SAVE"})
    which: EnumProperty(name="Which", description="What is copied", items=_WHICH)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Asks for the armature, unless it is clear which: the other selected one, or the only other one."""
        self.asked = True
        if not self.source:
            others = _others(context)
            selected = [one for one in others if one.select_get()]
            likely = selected if len(selected) == 1 else others
            self.source = likely[0].name if len(likely) == 1 else ""
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.use_property_split = True
        self.layout.prop_search(self, "source", context.scene, "objects", icon="OUTLINER_OB_ARMATURE")
        self.layout.prop(self, "which", expand=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        if getattr(self, "asked", False) and not bpy.app.background:
            self.asked = False
            return BackgroundOperator.invoke(self, context, None)
        return super().execute(context)

    def begin(self, context: bpy.types.Context) -> Steps[PlainWork[list[_Copied]]]:
        from ...core.retarget.between_bodies import fitted
        from ...rig.target import target_of
        from ...rig.timeline import curve_rate

        target = target_of(generation.armature_of(context))
        target.check_keyable()
        if not self.source:
            raise UserError(_("Nothing says whose motion is copied; choose an armature in From."))
        source = context.scene.objects.get(self.source)
        if source is None:
            raise UserError(_('There is no armature "{}" in this scene; choose another.').format(self.source))
        person = target_of(source)
        if source == target.armature:
            raise UserError(_('"{}" is the active armature itself; choose another.').format(source.name))
        self.target = target.armature.session_uid
        joints, rest, choice = person.rest_joints, target.rest_joints, model_choice(context)
        fps, touch = curve_rate(target.armature), context.scene.motionclip.hands_touch
        keys = yield from self._keys(source)

        def work(progress: Progress) -> list[_Copied]:
            body, made = choice.body().fitted_to(rest), []
            for i, (name, one) in enumerate(keys):
                progress("Fitting the motion to the body", i / len(keys))
                made.append(_Copied(name, one.first, fitted(one.motion(fps), joints, body, touch)))
            return made

        return work

    def _keys(self, source: bpy.types.Object) -> Steps[list[tuple[str, KeptKeys | Shown]]]:
        """Returns the names of the source's Actions and what they hold. Raises `UserError` if there are none."""
        person = source.name
        if self.which == "ACTION":
            action = generation.action_of(source)
            if action is None:
                raise UserError(_('"{}" has no Action; assign or generate one first.').format(person))
            name = action.name
            return [(name, (yield from keys_in(source, action)))]
        found = yield from keys_of_all(source)
        if not found:
            raise UserError(_('No Action of this file moves "{}"; choose another armature.').format(person))
        return [(name, read.keys) for name, read in found.items()]

    def end(self, context: bpy.types.Context, result: list[_Copied]) -> set[str]:
        from ...core.prompt import action_name
        from ...rig.remarks import put_to_rest, why_still
        from ...rig.rollback import whole_or_nothing
        from ...rig.write_keys import key_motion

        target = next((one for one in context.scene.objects if one.session_uid == self.target), None)
        if target is None:
            raise UserError(_("The armature was deleted meanwhile; nothing was copied."))
        with whole_or_nothing(target):
            for i, one in enumerate(result):
                name = action_name(f"{one.name} {target.name}")
                bones = generation.bones_asked(context.scene, target)
                action = key_motion(target, one.motion, name, one.first, assign=i == 0, bones=bones)
                generation.reduce_if_asked(context.scene, target, action, bones)
        text = _('"{}" has {} Actions of "{}" now')
        self.tell(text.format(target.name, len(result), self.source), [*put_to_rest(target), *why_still(target)])
        return {"FINISHED"}


def _others(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Returns the visible characters beside the active armature."""
    own = generation.armature_of(context)
    return [one for one in generation.characters(context.view_layer) if one != own]


CLASSES = (MOTIONCLIP_OT_copy_motion,)
