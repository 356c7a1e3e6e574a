"""Foreign skeletons: which way they face, what their rest pose is, and their movement on SMPL-X's joints.

Knows nothing of files and of training: a `SourceClip` and a `RigMap` come in, rotations go out.
"""
