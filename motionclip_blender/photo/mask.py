"""Refines a person's mask along the edges of the photo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .packages import needed

_LONGEST = 480  # pixels of the part in which the edge is sought
_AROUND = 0.12  # free space around the person in this part
_ROUNDS = 3
_SURE = (0.02, 0.97)  # of the network's mask, below and above which a pixel is certain
_BAND = 0.035  # half the width of the band in which the edge is sought, as a part of the person's size


def refined(picture: np.ndarray, mask: np.ndarray, others: Sequence[np.ndarray] = ()) -> np.ndarray:
    """Returns a mask (H, W) float32 whose edge follows the photo's colours (GrabCut, Rother et al., 2004).

    mask: (H, W) 0..1, as a network sees the person: right in the large, but coarse at the edge. others: masks of other
    people, who are background. Returns the mask itself where the colours say nothing.
    """
    cv2 = needed("cv2")
    height, width = mask.shape
    rows, columns = (np.flatnonzero((mask > 0.3).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return mask.astype(np.float32)
    spread = max(np.ptp(rows), np.ptp(columns)) + 1
    around = int(_AROUND * spread) + 4
    top, bottom = max(rows[0] - around, 0), min(rows[-1] + around + 1, height)
    left, right = max(columns[0] - around, 0), min(columns[-1] + around + 1, width)
    part, coarse = picture[top:bottom, left:right], mask[top:bottom, left:right]
    scale = min(1.0, _LONGEST / max(part.shape[:2]))
    size = max(round(part.shape[1] * scale), 8), max(round(part.shape[0] * scale), 8)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    sure = cv2.resize(coarse, size, interpolation=cv2.INTER_AREA)
    band = max(3, round(_BAND * spread * scale))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * band + 1, 2 * band + 1))
    solid = (sure > 0.5).astype(np.uint8)
    state = np.where(solid > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    inner = (cv2.erode(solid, kernel) > 0) | ((sure > _SURE[1]) & (cv2.erode(solid, kernel[::2, ::2]) > 0))
    outer = cv2.dilate((sure > _SURE[0]).astype(np.uint8), kernel) == 0
    state[inner] = cv2.GC_FGD
    state[outer | ((cv2.dilate(solid, kernel) == 0) & (sure < 0.2))] = cv2.GC_BGD
    for other in others:
        state[cv2.resize(other[top:bottom, left:right], size, interpolation=cv2.INTER_AREA) > 0.6] = cv2.GC_BGD
    known = (state == cv2.GC_FGD).any(), (state == cv2.GC_BGD).any()
    if not all(known):
        return mask.astype(np.float32)
    try:
        cv2.setRNGSeed(0)  # the colour clusters start at random
        cv2.grabCut(small[..., ::-1].copy(), state, None, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS,
                    cv2.GC_INIT_WITH_MASK)  # fmt: skip
    except cv2.error:
        return mask.astype(np.float32)
    cut = ((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD)).astype(np.uint8)
    cut = _without_specks(cv2, cut)
    together = (cut & solid).sum() / max((cut | solid).sum(), 1)
    if together < 0.7:
        return mask.astype(np.float32)
    soft = cv2.GaussianBlur(cut.astype(np.float32), (0, 0), 0.7)
    full = np.zeros((height, width), np.float32)
    full[top:bottom, left:right] = cv2.resize(soft, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
    return full


def _without_specks(cv2, cut: np.ndarray) -> np.ndarray:
    """Removes islands and fills holes of less than a hundredth of the person."""
    for value in (1, 0):
        _, labels, stats, _ = cv2.connectedComponentsWithStats((cut == value).astype(np.uint8))
        areas = stats[:, cv2.CC_STAT_AREA]
        small = np.flatnonzero(areas < 0.01 * cut.sum())
        cut[np.isin(labels, small[small > 0]) & (cut == value)] = 1 - value
    return cut
