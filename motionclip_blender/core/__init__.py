"""Holds everything that needs no Blender: skeleton, rotations, motions, bodies, packs and the engine.

Nothing in here imports bpy. Only `core.model` imports torch, and the engine loads that room only when torch is chosen,
so enabling the extension stays fast. `tests/test_architecture.py` checks both.
"""
