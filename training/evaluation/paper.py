"""The figures of the paper that stand beside ours."""

from __future__ import annotations

FULL, NO_IMAGE, NO_TEXT = "MotionCLIP", "MotionCLIP without the image loss", "MotionCLIP without the text loss"
BABEL_60 = {
    FULL: {"top1": 40.9, "top5": 57.71},
    NO_IMAGE: {"top1": 35.05, "top5": 50.26},
    NO_TEXT: {"top1": 4.54, "top5": 18.37},
    "2s-AGCN, trained to classify": {"top1": 41.14, "top5": 73.18},
}
"""Top-1 and Top-5 in percent, of table 3: other clips and other classes than ours."""
