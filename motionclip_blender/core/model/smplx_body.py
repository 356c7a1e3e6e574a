"""Creates the `smplx` package's own model of a body, without running code of its file."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..body import Body
from ..body_file import plain_arrays
from ..errors import UserError

if TYPE_CHECKING:
    from smplx.body_models import SMPLX


def smplx_model(body: Body, **options: object) -> SMPLX:
    """Returns `smplx.create` for the file of `body`: a torch module with shape, pose and expression parameters.

    `smplx` opens files with `allow_pickle=True`, which runs code of the file; therefore it gets a temporary copy with
    the plain arrays only. Hands are full axis-angle about a flat hand, as `Motion`'s are, unless `options` (those of
    `smplx.create`) say otherwise. Raises `UserError` when `smplx` is not installed, or the file lacks entries that
    `smplx` needs beyond those of `Body`.
    """
    try:
        import smplx
    except ImportError as error:
        raise UserError('The package "smplx" is not installed; run: pip install smplx') from error
    arrays = plain_arrays(body.path)
    missing = [key for key in ("lmk_faces_idx", "lmk_bary_coords", "hands_componentsl") if key not in arrays]
    if missing:
        raise UserError(f"{body.path} lacks {', '.join(missing)}, which smplx needs; choose a complete SMPL-X file.")
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "SMPLX_NEUTRAL.npz"
        np.savez(clean, **arrays)
        # it prints a warning for files with ten components of each kind, such as the open body's
        with contextlib.redirect_stdout(io.StringIO()):
            return smplx.create(
                str(clean), model_type="smplx", **({"use_pca": False, "flat_hand_mean": True} | options)
            )
