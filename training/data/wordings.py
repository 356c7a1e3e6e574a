"""Collects the captioned spans that are trained on, and their wordings."""

from __future__ import annotations

from .augment import augmented
from .captions import MORE, CaptionedSpan, load_captions, mirrored
from .splits import is_test


def trained_spans(split: str | None = None, augment: bool = True, more: bool = False) -> list[CaptionedSpan]:
    """Returns all captioned spans; with `augment`, also those that `augmented` makes of them.

    split: leave out what this split (see `splits.is_test`) holds out; None takes all.
    more: also those of `captions.MORE`.
    """
    spans = _spans(more)
    if split is not None:
        spans = [s for s in spans if not any(is_test(clip, split) for clip in (s.clip, *s.limbs.values()))]
    return spans + augmented(spans) if augment else spans


def held_out_spans(split: str | None, more: bool = False) -> list[CaptionedSpan]:
    """Returns the captioned spans of clips that a split holds out, without those made of several clips."""
    return [s for s in _spans(more) if split is not None and not s.limbs and is_test(s.clip, split)]


def _spans(more: bool) -> list[CaptionedSpan]:
    return [*load_captions(), *(load_captions(MORE) if more else [])]


def wordings(split: str | None = None) -> set[str]:
    """Returns the captions of `trained_spans` and of their mirror images."""
    said = {caption for span in trained_spans(split) for caption in span.captions}
    return said | {mirrored(caption) for caption in said}
