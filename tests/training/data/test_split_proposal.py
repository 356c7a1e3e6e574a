"""Choices of what is held out, and the table of all splits."""

from __future__ import annotations

import json

import pytest

from motionclip_blender.core.errors import UserError
from training.data import split_proposal, splits, wordings
from training.data.captions import MORE, CaptionedSpan, load_captions
from training.data.split_proposal import groups, propose, propose_people
from training.data.split_table import lines_of, seconds_of_clips, table
from training.data.splits import take_of
from training.data.wordings import trained_spans


@pytest.fixture(scope="module")
def spans() -> list[CaptionedSpan]:
    return load_captions()


def own(spans: list[CaptionedSpan]) -> list[CaptionedSpan]:
    """Returns the spans of one clip each, without motions made from several."""
    return [span for span in spans if not span.limbs]


# --- takes


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


# --- people


def test_partners_and_who_shares_a_take_with_one_of_them_are_one_group():
    clips = ["cmu/60_05", "cmu/61_05", "cmu/61_99", "cmu/62_01", "vsports/basketData-motion-s_004_2_1"]
    clips += ["vsports/basketData-motion-s_004_2_2", "vsports/basketData-motion-s_004_3_2"]
    group = groups([span(clip) for clip in clips])
    assert group["cmu-60"] == group["cmu-61"] != group["cmu-62"]
    assert len(set(group.values())) == 3


def test_people_are_held_out_with_their_partners_and_every_class_stays():
    # of 60 others so that no group is large
    others = [span(f"cmu/{i}_01", "run") for i in range(100, 160)]
    dance = [span("cmu/60_05", "dance"), span("cmu/61_05", "dance")]
    assert not {"cmu-60", "cmu-61"} & set(propose_people([*others, *dance]))
    held = propose_people([*others, *dance, span("cmu/62_01", "dance"), span("cmu/62_02", "fly")])
    assert {"cmu-60", "cmu-61"} < set(held) and "cmu-62" not in held  # nobody else flies
    assert 8 <= len(held) <= 12  # and a seventh of the runners


def test_who_performs_most_of_all_stays():
    mine = [span(f"cmu/01_{i:02}") for i in range(20)]
    assert (
        propose_people([*mine, span("cmu/02_01"), *(span(f"cmu/{i}_01", "run") for i in range(40, 60))])[0] != "cmu-01"
    )
    assert "cmu-02" in propose_people([*mine, span("cmu/02_01"), *(span(f"cmu/{i}_01", "run") for i in range(40, 60))])


def test_a_class_whose_exemplar_is_held_out_gets_another(monkeypatch):
    told = [
        CaptionedSpan("kaykit/Walk", "walk", ("walks", "strolls"), True, "hold"),
        CaptionedSpan("cmu/01_01", "walk", ("strolls", "goes", "Runs"), False, "hold"),
        CaptionedSpan("cmu/02_01", "walk", ("walks",), False, "hold"),
        CaptionedSpan("cmu/03_01", "run", ("runs",), True, "hold"),
    ]
    monkeypatch.setattr(wordings, "load_captions", lambda *folder: told)
    trained = trained_spans("unseen:kaykit", augment=False)
    assert [(s.clip, s.prompts) for s in trained] == [
        ("cmu/01_01", ("strolls", "goes")),  # "runs" answers another motion
        ("cmu/02_01", ()),
        ("cmu/03_01", ("runs",)),
    ]
    assert trained_spans("unseen:quaternius", augment=False) == told


# --- the table


def test_the_table_counts_what_both_parts_show():
    told = [
        span("kaykit/Walk"),
        span("kaykit/Fly", "fly", start=1.0, end=4.0),
        span("cmu/60_05", end=61.0),
        span("cmu/gone", "sit"),
    ]
    found = table(told, {"kaykit/Walk": 3.0, "kaykit/Fly": 9.0, "cmu/60_05": 100.0})
    trained, tested = found["unseen:kaykit"]
    assert (trained.spans, tested.spans) == (1, 2) and trained.classes == {"walk"}
    assert tested.minutes == pytest.approx(0.1) and trained.minutes == pytest.approx(61 / 60)
    lines = lines_of(found)
    row = next(line for line in lines if line.startswith("| unseen:kaykit |"))
    assert row == "| unseen:kaykit | 1 | 2 | 1 | 1 | 1 | 1 | 2 | 1.0 | 0.1 |"
    assert lines[0].count("|") == lines[1].count("|") == row.count("|")
    assert "unseen:o3de" in lines[-1] and "unseen:kaykit" not in lines[-1]
    assert table(told, {})["unseen:cmu"][1].spans == 2  # no lengths: all spans


# --- the command


@pytest.mark.parametrize("split", ["held-out", "people"])
def test_proposing_prints_and_writes_only_when_asked(tmp_path, monkeypatch, capsys, split):
    copy = tmp_path / "splits.json"
    copy.write_text(splits.SPLITS.read_text())
    before = copy.read_text()
    monkeypatch.setattr(split_proposal, "SPLITS", copy)
    assert split_proposal.main(["--split", split]) == 0
    printed = capsys.readouterr().out.split("\n")[:-1]
    assert copy.read_text() == before
    assert split_proposal.main(["--split", split, "--write"]) == 0
    written, old = json.loads(copy.read_text()), json.loads(before)
    expected = {
        "held_out": propose(load_captions()),
        "held_out_people": propose_people([*load_captions(), *load_captions(MORE)]),
    }
    key = {"held-out": "held_out", "people": "held_out_people"}[split]
    assert written[key] == printed == expected[key]
    assert {k: v for k, v in written.items() if k != key} == {k: v for k, v in old.items() if k != key}


def test_the_choice_for_the_default_pack_is_the_proposal(spans):
    assert json.loads(splits.SPLITS.read_text())["held_out"] == propose(spans)


def test_the_table_is_printed(tmp_path, capsys):
    assert split_proposal.main(["--table"]) == 0
    assert "| people |" in capsys.readouterr().out
    with pytest.raises(UserError, match="has no index"):
        split_proposal.main(["--table", "--data", str(tmp_path)])
    (tmp_path / "index.json").write_text('{"clips": [{"clip": "kaykit/Walking_A", "seconds": 60}]}')
    assert seconds_of_clips(tmp_path) == {"kaykit/Walking_A": 60.0}
    assert split_proposal.main(["--table", "--data", str(tmp_path)]) == 0
    assert "| unseen:kaykit | 0 | 1 | 0 | 0 | 1 | 0 | 1 | 0.0 | 1.0 |" in capsys.readouterr().out
