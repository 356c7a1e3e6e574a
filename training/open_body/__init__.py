# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the add-on's own body: CC0 MakeHuman data in the file format of SMPL-X.

Run ``python -m training.open_body --out motionclip_blender/assets/body/smplx_open.npz``. It needs the build-time extra
``pip install -e .[body]``; nothing in the add-on itself imports this package.

The file's name begins with ``smplx``, because ``smplx.create(path, model_type="smplx")`` takes the model type from it.
"""
