"""Blender data, no interface: armature from a body, Motion to Action, Action to Motion, films.

Knows nothing of panels and operators; `ui` and the command line call it.
"""
