"""Holds all code that works on Blender data without a user interface.

It builds an armature from a body, turns a Motion into an Action and an Action into a Motion, and renders films. It
imports nothing of panels and operators; `ui` and `cli` call it.
"""
