"""Writes what an armature does as a file for other programs, from Blender's File menu or the Action's panel."""
