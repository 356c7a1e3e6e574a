"""All that needs no Blender: skeleton, rotations, motions, bodies, packs, the engine.

Nothing in here imports bpy. Torch is imported only by `core.model`, which the engine loads where torch is chosen,
so that enabling the extension costs next to nothing. `tests/test_architecture.py` keeps both true.
"""
