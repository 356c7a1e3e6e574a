"""Which clips are held out: whole takes, of classes that others show too."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from motionclip_blender.core.errors import UserError
from training.data import splits
from training.data.captions import CaptionedSpan, load_captions
from training.data.splits import is_test, propose, take_of


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


# --- proposing one


def test_a_proposal_keeps_the_same_rules(spans):
    held = set(propose(spans))
    assert held == set(propose(spans))  # and is the same every time
    left = [span for span in spans if take_of(span.clip) not in held]
    assert {span.action for span in own(left)} == {span.action for span in own(spans)}
    assert {s.action for s in left if s.exemplar} == {s.action for s in spans if s.exemplar}
    assert len({span.action for span in own(spans) if take_of(span.clip) in held}) >= 40


def span(clip: str, action: str = "walk", exemplar: bool = False, **more) -> CaptionedSpan:
    return CaptionedSpan(clip, action, (action,), exemplar, "hold", **more)


def test_a_class_of_one_take_is_left_whole():
    assert propose([span("a/1"), span("a/1", start=2.0)]) == []
    assert propose([span("cmu/60_05"), span("cmu/61_05")]) == []  # partners are one take


def test_of_two_takes_the_one_that_prompts_are_not_trained_on_is_held_out():
    assert propose([span("a/1", exemplar=True), span("a/2")]) == ["a/2"]
    assert propose([span("a/1"), span("a/2", exemplar=True)]) == ["a/1"]


def test_a_take_that_alone_shows_another_class_stays():
    assert propose([span("a/1"), span("a/1", "jump"), span("a/2"), span("a/2", "run")]) == []


def test_about_a_seventh_of_a_class_is_held_out():
    assert len(propose([span(f"a/{i}") for i in range(20)])) == 3


def test_lenders_stay():
    lending = span("a/1", "wave", limbs={"right_arm": "a/2"})
    assert propose([span("a/1"), span("a/2"), span("a/3"), lending]) == ["a/3"]


# --- a source that was never seen


def test_a_source_can_be_left_out_as_a_whole():
    for source in json.loads(splits.SPLITS.read_text())["sources"]:
        assert is_test(f"{source}/Any Clip", f"unseen:{source}")
        assert not is_test("cmu/60_05", f"unseen:{source}")
    # nothing else is held out then
    held = json.loads(splits.SPLITS.read_text())["held_out"]
    assert not any(is_test(clip, "unseen:quaternius") for clip in held if not clip.startswith("quaternius/"))
    assert not is_test("quaternius-mine/Walk", "unseen:quaternius")


@pytest.mark.parametrize("split", ["", "test", "unseen:", "unseen:nobody", "quaternius", "held-out "])
def test_a_split_that_there_is_not(split: str):
    with pytest.raises(UserError, match=r"^There is no split .*; choose held-out or one of unseen:kaykit, .*\.$"):
        is_test("a/1", split)


# --- the command


def test_proposing_prints_and_writes_only_when_asked(tmp_path, monkeypatch, capsys):
    copy = tmp_path / "splits.json"
    copy.write_text(splits.SPLITS.read_text())
    before = copy.read_text()
    monkeypatch.setattr(splits, "SPLITS", copy)
    assert splits.main([]) == 0
    printed = capsys.readouterr().out.split("\n")[:-1]
    assert copy.read_text() == before
    assert splits.main(["--write"]) == 0
    written = json.loads(copy.read_text())
    assert written["held_out"] == printed == propose(load_captions())
    assert written["same_take"] == json.loads(before)["same_take"]
