"""Retargets foreign skeletons: finds their up axis and rest pose, and converts their movement to SMPL-X's joints.

Takes a `SourceClip` and a `RigMap`, and returns rotations; uses no files and no code of training.
"""
