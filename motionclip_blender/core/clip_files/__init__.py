"""Reads clips of foreign skeletons as far as that needs no Blender: ASF/AMC whole, BVH and glTF prepared for Blender's
importers.

A clip is a `core.retarget.source.SourceClip`; `core.retarget` makes SMPL-X motions of it.
"""
