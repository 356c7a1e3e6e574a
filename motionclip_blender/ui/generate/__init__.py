"""Leads from the panel's settings to keys on an armature.

A click starts an operator in `operators`; `recipes` reads the panels, and `generation` makes keys from a recipe.
"""
