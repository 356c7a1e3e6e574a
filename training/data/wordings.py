"""Collects the captioned spans that are trained on, and their wordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from motionclip_blender.core.errors import UserError

from .augment import augmented
from .captions import MORE, CaptionedSpan, load_captions, mirrored
from .own_captions import captions_in, check_own
from .splits import OF_AMASS, parted


def trained_spans(
    split: str | None = None, augment: bool = True, more: bool = False, own: Sequence[Path] = ()
) -> list[CaptionedSpan]:
    """Returns all captioned spans; with `augment`, also those that `augmented` makes of them.

    split: leave out what this split (see `splits.parted`) holds out; None takes all.
    more: also those of `captions.MORE`. own: folders of captions in place of the repository's, all of which are taken.
    """
    spans = _spans(more, own)
    if split is not None:
        spans = _with_exemplars(parted(spans, split)[0], spans)
    return spans + augmented(spans) if augment else spans


def trained_with(info: Mapping[str, Any], own: Sequence[Path] = ()) -> tuple[str | None, bool, bool, tuple[Path, ...]]:
    """Returns the split, `augment`, `more` and `own` of the spans that a pack was trained on, for `trained_spans`.

    info: of the pack. Packs up to 2.1.0 do not say `augment`; they were trained with it. own: folders of captions.
    Raises `UserError` where the pack was trained on others, or on AMASS.
    """
    if info.get("split") in OF_AMASS:
        raise UserError(
            "The pack was trained on AMASS, not on captioned clips; measure it by `evaluate --protocol babel-60`."
        )
    check_own(info, own)
    return info.get("split"), bool(info.get("augment", True)), bool(info.get("more")), tuple(own)


def held_out_spans(split: str | None, more: bool = False, own: Sequence[Path] = ()) -> list[CaptionedSpan]:
    """Returns the captioned spans of clips that a split holds out, without those made of several clips."""
    return [] if split is None else parted(_spans(more, own), split)[1]


def _with_exemplars(trained: Sequence[CaptionedSpan], spans: Sequence[CaptionedSpan]) -> list[CaptionedSpan]:
    """Returns the spans that are `trained` of all `spans`, with an exemplar of every class that lost its own.

    It is the span with most wordings that answer no other motion yet, which are its own from now on.
    """
    out = list(trained)
    taken = {caption.lower() for span in out for caption in span.prompts}
    lost = {span.action for span in spans if span.exemplar} - {span.action for span in out if span.exemplar}
    for action in sorted(lost):
        free = {
            at: tuple(c for c in span.captions if c.lower() not in taken)
            for at, span in enumerate(out)
            if span.action == action and not span.limbs
        }
        at = max(free, key=lambda at: len(free[at]), default=None)
        if at is not None and free[at]:
            out[at] = replace(out[at], exemplar=True, captions=free[at])
            taken.update(caption.lower() for caption in free[at])
    return out


def _spans(more: bool, own: Sequence[Path] = ()) -> list[CaptionedSpan]:
    return captions_in(own) if own else [*load_captions(), *(load_captions(MORE) if more else [])]


def wordings(split: str | None = None, augment: bool = True, more: bool = False, own: Sequence[Path] = ()) -> set[str]:
    """Returns the captions of `trained_spans` and of their mirror images."""
    said = {caption for span in trained_spans(split, augment, more, own) for caption in span.captions}
    return said | {mirrored(caption) for caption in said}


def table(
    split: str | None = None, augment: bool = True, more: bool = False, own: Sequence[Path] = ()
) -> tuple[list[str], list[int], list[str], list[CaptionedSpan]]:
    """Returns the wordings that the decoder is trained to answer with one motion each, the motion of each wording, and
    the class and the span of each motion.

    The motions 2 k and 2 k + 1 are an exemplar and its mirror image. A wording of several has the last one's motion.
    """
    told: dict[str, int] = {}
    classes, spans = [], []
    for span in trained_spans(split, augment, more, own):
        if span.prompts:
            for prompts in (span.prompts, span.mirrored_prompts):
                told |= dict.fromkeys(prompts, len(classes))
                classes.append(span.action)
                spans.append(span)
    return [*told], [*told.values()], classes, spans
