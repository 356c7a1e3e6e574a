# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the add-on's own body: CC0 MakeHuman data in the file format of SMPL-X.

Run ``python -m training.open_body --out motionclip_blender/assets/body/open_body.npz``. It needs the build-time
extra ``pip install -e .[body]``; nothing in the add-on itself imports this package.

The reference loader reads the file as ``smplx.SMPLX("open_body.npz", ext="npz")``; ``smplx.create`` goes by file
names and takes it from a folder as ``smplx/SMPLX_NEUTRAL.npz``.
"""
