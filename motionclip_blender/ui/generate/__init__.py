"""From what the panel asks for to keys on an armature.

A click begins in `operators`; `recipes` reads the panels, `generation` goes from a recipe to keys.
"""
