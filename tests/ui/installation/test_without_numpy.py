"""A Blender whose Python has no numpy, or a broken one: everything can be enabled and drawn, and says so in a sentence.

Each is a process of its own, for here numpy is loaded already. Blender's own add-ons may fail there; only ours count.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.paths import ROOT

pytest.importorskip("bpy")


PROGRAM = """
import json, sys

class Stop:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "numpy":
            raise {error}

if {blocked}:
    sys.modules["numpy"] = None
else:
    sys.meta_path.insert(0, Stop())

import bpy
import motionclip_blender
from motionclip_blender.ui.session import SESSION

class Layout:
    '''Takes whatever a panel draws, and keeps the texts.'''

    def __init__(self, texts):
        self.__dict__["texts"] = texts

    def __getattr__(self, name):
        def draw(*args, **more):
            if more.get("text"):
                self.texts.append(more["text"])
            return Layout(self.texts)
        return draw

    def __setattr__(self, name, value):
        pass

class Panel:
    def __init__(self):
        self.texts = []
        self.layout = Layout(self.texts)

class Region:
    width = 260

class System:
    ui_scale = 1.0  # without a window it is 0

class Preferences:
    system = System()
    addons = bpy.context.preferences.addons

class Context:
    region = Region()
    preferences = Preferences()
    area = None

    def __getattr__(self, name):
        return getattr(bpy.context, name)

motionclip_blender.register()
said, drawn = {{}}, {{}}
try:
    from motionclip_blender.ui import idle
    from motionclip_blender.ui.generate import live
    from motionclip_blender.ui.installation import self_check
    # somebody else's file, with a character in it that nobody has selected
    data = bpy.data.armatures.new("A")
    character = bpy.data.objects.new("A", data)
    bpy.context.collection.objects.link(character)
    bpy.context.view_layer.objects.active = character
    bpy.ops.object.mode_set(mode="EDIT")
    bone = data.edit_bones.new("pelvis")
    bone.tail = 0, 0, 1
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.context.view_layer.objects.active = None
    settings = bpy.context.scene.motionclip
    settings.blend.factor = 0.3  # a slider
    settings.arithmetic.expression = '"a" + "b"'
    settings.latents.add().name = "a"
    bpy.context.scene.motionclip_labels.items.add().name = "walk"
    live.catch_up(bpy.context.scene)
    idle._look()
    for name in dir(bpy.types):
        if name.startswith("MOTIONCLIP_PT") and "preset" not in name:
            cls = getattr(bpy.types, name)
            if getattr(cls, "poll", lambda context: True)(Context()):
                me = Panel()
                cls.draw(me, Context())
                drawn[name] = me.texts
    rows = Layout([])
    self_check.draw(rows, Context())
    drawn["preferences"] = rows.texts
    for name in dir(bpy.ops.motionclip):
        call = getattr(bpy.ops.motionclip, name)
        for asked in ({{}}, {{"EXEC": 1}}):
            try:
                answer = str(call("INVOKE_DEFAULT") if asked else call()) if call.poll() else "not now"
            except Exception as error:
                answer = f"{{type(error).__name__}}: {{error}}"
            said.setdefault(name, []).append(answer)
finally:
    motionclip_blender.unregister()
print("SAID" + json.dumps([said, drawn]))
"""


@pytest.fixture(scope="module", params=["blocked", "ImportError", "OSError", "RuntimeError"])
def answers(request) -> tuple[dict[str, list[str]], dict[str, list[str]], str]:
    """What every operator said, called and invoked, the texts that every panel drew, and what went to the console."""
    error = "None" if request.param == "blocked" else f"{request.param}('libopenblas.so.0: no such file')"
    program = PROGRAM.format(blocked=request.param == "blocked", error=error)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert "SAID" in done.stdout, done.stdout + done.stderr
    said, drawn = json.loads(done.stdout.partition("SAID")[2].splitlines()[0])
    return said, drawn, done.stderr


NEED_NOTHING = {
    "add_preset", "add_term", "cancel", "cancel_frames", "check_again", "copy_report", "end_preview", "frames_ended",
    "open_preferences", "pick_image", "remove_label", "remove_latent", "remove_term", "reset_labels",
    "ask", "import_motion", "choose_clips", "play", "render_frames", "add_label", "edit_labels", "add_rig_preset",
    "add_segment", "move_segment", "remove_segment", "choose_photos",
}  # fmt: skip
"""Operators that do without numpy, or end before they need it: what they were to work on is missing."""


def test_every_operator_says_it_in_a_sentence(answers) -> None:
    said, _drawn, _console = answers
    assert len(said) > 30
    for name, answers_of in said.items():
        for answer in answers_of:
            assert "Traceback" not in answer and "bug" not in answer, f"{name}: {answer}"
            if name not in NEED_NOTHING:
                assert "numpy" in answer and "install it" in answer, f"{name}: {answer}"


def test_the_panel_says_so_and_shows_the_way(answers) -> None:
    _said, drawn, _console = answers
    text = " ".join(drawn["MOTIONCLIP_PT_panel"])
    assert "numpy" in text and "install" in text
    assert drawn["MOTIONCLIP_PT_panel"][-1] == "Self-check"
    assert "MOTIONCLIP_PT_blend" not in drawn


def test_the_self_check_works_all_the_same(answers) -> None:
    _said, drawn, _console = answers
    text = " ".join(drawn["preferences"])
    assert "Model pack" in text and "numpy" in text and "Body model" in text


def test_our_own_code_prints_no_traceback(answers) -> None:
    _said, _drawn, console = answers
    for block in console.split("Traceback")[1:]:
        assert "motionclip_blender/" not in block.partition("\n\n")[0], block
