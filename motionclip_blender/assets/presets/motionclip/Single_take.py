import bpy

settings = bpy.context.scene.motionclip

settings.loop = False
settings.in_place = False
