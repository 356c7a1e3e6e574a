import bpy

settings = bpy.context.scene.motionclip

settings.loop = True
settings.in_place = True
