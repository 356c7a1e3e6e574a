"""Motions as files of other programs: BVH, FBX, glTF, USD, by Blender's own exporters and importers.

`export` writes, `bake` makes the keys that it writes, `root_bone` moves the way over the ground onto a bone of its own.
Exporters and importers change the scene that they work in, so both run in a scene that is thrown away: on the command
line, or in a second process (`second`).
"""
