"""`SourceClip`: what every reader returns."""

from motionclip_blender.core.retarget.source import SourceClip

__all__ = ["SourceClip"]
