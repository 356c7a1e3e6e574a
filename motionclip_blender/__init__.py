"""Implements MotionCLIP in Blender: turns a prompt into an Action on an SMPL-X armature.

As a Blender extension this is the root module. `motionclip_blender.core` is also imported outside Blender, so nothing
of the interface is imported before `register`.
"""


def register() -> None:
    """Adds the panel, the operators and the preferences. Imports neither numpy nor torch."""
    from . import ui

    ui.register()


def unregister() -> None:
    """Stops a running job and takes everything away again."""
    from . import ui

    ui.unregister()
