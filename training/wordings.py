"""Every wording that a training hears."""

from __future__ import annotations

from .augment import augmented
from .captions import load_captions, mirrored
from .splits import is_test


def wordings(split: str | None = None) -> set[str]:
    """The captions of all spans, of those made of them, and of their mirror images.

    split: without those of spans that this split (see `splits.is_test`) holds out.
    """
    spans = load_captions()
    if split is not None:
        spans = [s for s in spans if not any(is_test(clip, split) for clip in (s.clip, *s.limbs.values()))]
    said = {caption for span in (*spans, *augmented(spans)) for caption in span.captions}
    return said | {mirrored(caption) for caption in said}
