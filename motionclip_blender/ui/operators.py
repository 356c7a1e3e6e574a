"""The operators: read the context, call one function, report."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty

from ..core.errors import UserError
from . import generation, preload, redraw
from .jobs import Progress, sentence
from .preferences import sources
from .properties import FRAMES, PROMPT, START, start_frame
from .session import SESSION

_POLL_SECONDS = 0.05


class _Reporting:
    """Failures as one sentence, which the panel keeps showing."""

    def refuse(self, error: str) -> set[str]:
        """Reports `error` and ends the operator without an undo step."""
        SESSION.error = error
        self.report({"ERROR"}, error)
        return {"CANCELLED"}


class MOTIONCLIP_OT_generate(_Reporting, bpy.types.Operator):
    """Make a motion from the prompt and key it on the active SMPL-X armature, as a new Action"""

    bl_idname = "motionclip.generate"
    bl_label = "Generate motion"
    bl_options = {"REGISTER", "UNDO"}

    # no hard limits here: a script's 100,000 frames are refused with a sentence, not silently made 1,200
    prompt: StringProperty(**PROMPT, options={"SKIP_SAVE"})
    frames: IntProperty(**FRAMES, options={"SKIP_SAVE"})
    start_frame: IntProperty(**START, options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """All at once: for scripts, without windows, and when the last operation is adjusted."""
        try:
            wanted = self._begin(context)
            return self._key(wanted, generation.make(SESSION.engine(sources(context)), wanted))
        except Exception as error:
            return self.refuse(sentence(error))

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """From the panel: a worker makes the motion while Blender goes on; `modal` waits for it."""
        if bpy.app.background:  # nobody would call `modal`
            return self.execute(context)
        try:
            self._wanted = wanted = self._begin(context)
        except UserError as error:
            return self.refuse(str(error))
        chosen = sources(context)

        def work(progress: Progress) -> generation.Made:
            preload.torch_library()
            return generation.make(SESSION.engine(chosen), wanted, progress)

        self._job, self._shown = SESSION.start(work), None
        SESSION.timer = context.window_manager.event_timer_add(_POLL_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Esc cancels; everything else goes on to Blender."""
        if event.type == "ESC" and event.value == "PRESS":
            SESSION.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if self._shown != (shown := (self._job.stage, round(self._job.fraction, 2), self._job.finished)):
            self._shown = shown
            redraw.sidebars()
        if not self._job.finished:
            return {"PASS_THROUGH"}
        stop_timer()
        if self._job.cancelled:
            self.report({"INFO"}, "Generating was cancelled; nothing was changed")
            return {"CANCELLED"}
        if self._job.result is None:
            return self.refuse(self._job.error)
        try:
            return self._key(self._wanted, self._job.result)
        except Exception as error:
            return self.refuse(sentence(error))

    def cancel(self, context: bpy.types.Context) -> None:
        """Called by Blender when it ends the operator itself: a file is opened, or the window closed."""
        SESSION.cancel(SESSION.error or "Generating was cancelled because its window was closed.")
        stop_timer()

    def _begin(self, context: bpy.types.Context) -> generation.Request:
        """What is wanted: the operator's own properties where a script gave them, else the panel's."""
        SESSION.begin()
        panel = context.scene.motionclip
        given = self.properties.is_property_set
        # kept in the operator, so that "Adjust Last Operation" shows them
        self.prompt = self.prompt if given("prompt") else panel.prompt
        self.frames = self.frames if given("frames") else panel.frames
        self.start_frame = self.start_frame if given("start_frame") else start_frame(context.scene)
        return generation.request(context, self.prompt, self.frames, self.start_frame)

    def _key(self, wanted: generation.Request, made: generation.Made) -> set[str]:
        action = generation.key(wanted, made)
        self.report({"INFO"}, f'"{action.name}": {wanted.frames} frames from frame {wanted.start_frame}')
        return {"FINISHED"}


class MOTIONCLIP_OT_cancel(bpy.types.Operator):
    """Stop generating; nothing is changed"""

    bl_idname = "motionclip.cancel"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> set[str]:
        SESSION.cancel()
        return {"FINISHED"}


class MOTIONCLIP_OT_add_body(_Reporting, bpy.types.Operator):
    """Add a person with an SMPL-X armature at the 3D cursor, and make the armature active"""

    bl_idname = "motionclip.add_body"
    bl_label = "Add body"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        from ..rig.armature import add_body

        try:
            armature = add_body(sources(context).body())
        except Exception as error:
            return self.refuse(sentence(error))
        armature.location = context.scene.cursor.location
        SESSION.error = ""
        return {"FINISHED"}


def stop_timer() -> None:
    """Ends the calls of `modal`, if there are any; Blender does not when an operator is unregistered."""
    if SESSION.timer is not None:
        bpy.context.window_manager.event_timer_remove(SESSION.timer)
        SESSION.timer = None


CLASSES = (MOTIONCLIP_OT_generate, MOTIONCLIP_OT_cancel, MOTIONCLIP_OT_add_body)
