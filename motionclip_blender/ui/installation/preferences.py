"""Defines the add-on's preferences: the model, the body, the compute device; and shows the self-check."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..addon import ADDON

_COMPUTE = (
    ("automatic", "Automatic", "numpy, which every model pack runs on"),
    ("numpy", "numpy", "Blender's own numpy; nothing has to be installed"),
    ("cpu", "PyTorch CPU", "PyTorch on the processor, where it is installed for the Python that Blender runs"),
    ("cuda", "CUDA", "PyTorch on an NVIDIA graphics card, where it is installed for the Python that Blender runs"),
    ("mps", "MPS", "PyTorch on Apple's graphics, where it is installed for the Python that Blender runs"),
)


class MOTIONCLIP_AP_preferences(bpy.types.AddonPreferences):
    """Shown by Blender under Preferences, Add-ons."""

    bl_idname = ADDON

    pack_folder: StringProperty(
        name="Model pack",
        description="Folder of a model pack (it holds a pack.json) to use instead of the one that ships with "
        "the extension",
        subtype="DIR_PATH",
    )
    body_file: StringProperty(
        name="Body model",
        description="Body model to use instead of the open body that ships with the extension, such as your "
        "licensed SMPLX_NEUTRAL.npz",
        subtype="FILE_PATH",
    )
    clip_file: StringProperty(
        name="CLIP weights",
        description="OpenAI's ViT-B-32.pt, for model packs that were made with it. Empty to fetch it once, where "
        "Blender allows online access",
        subtype="FILE_PATH",
    )
    compute: EnumProperty(name="Compute", description="What the model runs on", items=_COMPUTE)
    idle_minutes: IntProperty(
        name="Free memory after",
        description="Minutes without use after which the model is let go of; the next prompt loads it again. 0 keeps "
        "it until Blender quits",
        default=0,
        min=0,
        soft_max=120,
        max=1440,
    )

    def draw(self, context: bpy.types.Context) -> None:
        from .self_check import draw

        layout = self.layout
        column = layout.column()
        column.use_property_split = True
        column.prop(self, "pack_folder")
        column.operator("motionclip.import_checkpoint", icon="IMPORT")
        column.prop(self, "body_file")
        column.prop(self, "clip_file")
        column.prop(self, "compute")
        column.prop(self, "idle_minutes", text="Free memory after (minutes)")
        draw(layout, context)


CLASSES = (MOTIONCLIP_AP_preferences,)
