"""Which clips are held out: whole takes, of classes that others show too."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from motionclip_blender.core.errors import UserError
from training.data import splits
from training.data.captions import MORE, CaptionedSpan, load_captions
from training.data.clip_files.collection import collections
from training.data.splits import PEOPLE, is_test, known_splits, parted, person_of, take_of


@pytest.fixture(scope="module")
def spans() -> list[CaptionedSpan]:
    return load_captions()


def own(spans: list[CaptionedSpan]) -> list[CaptionedSpan]:
    """Returns the spans of one clip each, without motions made from several."""
    return [span for span in spans if not span.limbs]


# --- the split that is in use


def test_partners_and_cuts_are_one_take_and_in_one_part():
    assert take_of("cmu/60_05") == take_of("cmu/61_05") == "cmu/60_05"
    assert take_of("kaykit/Lie_Idle") == take_of("kaykit/Lie_StandUp") != take_of("kaykit/Sit_Floor_Idle")
    assert take_of("some/clip") == "some/clip"
    groups = json.loads(splits.SPLITS.read_text())["same_take"]
    assert max(Counter(clip for group in groups for clip in group).values()) == 1
    for group in groups:
        assert len({take_of(clip) for clip in group}) == 1 and len({is_test(clip) for clip in group}) == 1, group


def test_what_is_held_out_are_takes_that_there_are(spans):
    held = json.loads(splits.SPLITS.read_text())["held_out"]
    assert held == sorted(set(held))
    assert set(held) <= {take_of(span.clip) for span in own(spans)}


def test_no_take_is_in_both_parts(spans):
    parts: dict[str, set[bool]] = {}
    for span in spans:
        parts.setdefault(take_of(span.clip), set()).add(is_test(span.clip))
    assert {name for name, found in parts.items() if len(found) > 1} == set()


def test_every_class_keeps_a_take_to_train_on_and_one_that_prompts_are_trained_on(spans):
    left = [span for span in spans if not is_test(span.clip)]
    assert {span.action for span in own(left)} == {span.action for span in own(spans)}
    assert {s.action for s in left if s.exemplar} == {s.action for s in spans if s.exemplar}


def test_many_classes_are_tested(spans):
    assert len({span.action for span in own(spans) if is_test(span.clip)}) >= 40
    takes = {take_of(span.clip) for span in own(spans)}
    assert 0.08 < sum(map(is_test, takes)) / len(takes) < 0.3


def test_clips_that_lend_limbs_are_never_held_out(spans):
    lenders = {clip for span in spans if span.limbs for clip in (span.clip, *span.limbs.values())}
    assert lenders and not any(map(is_test, lenders))


# --- a source that was never seen


def test_a_source_can_be_left_out_as_a_whole():
    for source in json.loads(splits.SPLITS.read_text())["sources"]:
        assert is_test(f"{source}/Any Clip", f"unseen:{source}")
        assert not is_test("mine/60_05", f"unseen:{source}")
    # nothing else is held out then
    held = json.loads(splits.SPLITS.read_text())["held_out"]
    assert not any(is_test(clip, "unseen:quaternius") for clip in held if not clip.startswith("quaternius/"))
    assert not is_test("quaternius-mine/Walk", "unseen:quaternius")


@pytest.mark.parametrize("split", ["", "test", "unseen:", "unseen:nobody", "quaternius", "held-out ", "person"])
def test_a_split_that_there_is_not(split: str):
    with pytest.raises(
        UserError, match=r"^There is no split .*; choose held-out, people or one of unseen:kaykit, .*\.$"
    ):
        is_test("a/1", split)


def test_every_collection_can_be_unseen():
    assert sorted(json.loads(splits.SPLITS.read_text())["sources"]) == sorted(collections())
    assert known_splits()[:3] == ["held-out", "people", "unseen:kaykit"]


def test_people_of_an_unseen_source_are_not_trained_on_elsewhere():
    spans = [span("ys2010/walk"), span("tilling-patch/x"), span("kaykit/Walk"), span("tilling-patch/multi-hys_1")]
    trained, tested = parted(spans, "unseen:ys2010")
    assert person_of("ys2010/walk") == person_of("tilling-patch/x") != person_of("tilling-patch/multi-hys_1")
    assert [s.clip for s in tested] == ["ys2010/walk"]
    assert [s.clip for s in trained] == ["kaykit/Walk", "tilling-patch/multi-hys_1"]


def test_a_motion_of_several_clips_is_trained_on_when_all_of_them_are_and_never_tested():
    spans = [span("kaykit/a", limbs={"right_arm": "quaternius/b"}), span("kaykit/a"), span("quaternius/b")]
    for source, left in (("kaykit", [spans[2]]), ("quaternius", [spans[1]]), ("cmu", spans)):
        trained, tested = parted(spans, f"unseen:{source}")
        assert trained == left and not any(s.limbs for s in tested)


# --- people


def test_nobody_is_in_both_parts(spans):
    everything = [*spans, *load_captions(MORE)]
    trained, tested = parted(everything, PEOPLE)
    assert tested and {person_of(s.clip) for s in trained}.isdisjoint(person_of(s.clip) for s in tested)
    assert {take_of(s.clip) for s in trained}.isdisjoint(take_of(s.clip) for s in tested)
    assert {s.action for s in tested} <= {s.action for s in trained}
    assert {s.action for s in own(trained)} == {s.action for s in own(everything)}


def test_one_recording_in_two_collections_is_one_take_of_one_person():
    other = next(n for n in ("mocap6__13_29", "ctw__13_29") if collections()["cmu-extra"].performance(n))
    assert take_of(f"cmu-extra/{other}") == take_of("cmu/13_29") == "cmu/13_29"
    assert person_of(f"cmu-extra/{other}") == person_of("cmu/13_29") == "cmu-13"
    assert take_of("vsports/basketData-motion-s_004_2_1") == take_of("vsports/basketData-motion-s_004_2_2")
    assert person_of("vsports/basketData-motion-s_004_2_1") != person_of("vsports/basketData-motion-s_004_2_2")
    assert person_of("kaykit/Walk") == "kaykit" and person_of("mine/walk") == "mine"


def span(clip: str, action: str = "walk", exemplar: bool = False, **more) -> CaptionedSpan:
    return CaptionedSpan(clip, action, (action,), exemplar, "hold", **more)
