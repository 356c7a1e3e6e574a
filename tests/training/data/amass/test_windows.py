"""Windows and their texts: as the paper says, and as the released code does."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from tests.training.data.amass import made
from training.data.amass import babel
from training.data.amass.files import Skipped
from training.data.amass.windows import (
    categories_of,
    cut,
    cut_legacy,
    legacy_categories_of,
    legacy_text_of,
    text_of,
)


def entry(tmp_path, seconds, whole, parts=None) -> babel.Entry:
    made.write_babel(tmp_path, [made.entry("KIT/1/a_poses.npz", seconds, whole, parts)])
    return next(iter(babel.load(tmp_path).entries.values()))


WHOLE = [made.label("all")]


def test_all_of_a_recording_lies_in_windows(tmp_path):
    for frames in (60, 99, 149, 150, 151, 320, 999):
        windows = cut(frames, entry(tmp_path, frames / 30, WHOLE))
        assert windows[0].start == 0 and windows[-1].stop == frames
        assert all(a.stop == b.start for a, b in itertools.pairwise(windows))
        assert min(map(len, windows)) >= 60 and max(map(len, windows)) < 150


def test_a_text_is_all_actions_in_their_order(tmp_path):
    parts = [made.label("walk", 0, 2), made.label("jump", 1.5, 3), made.label("bend", 2.5, 3.4)]
    spans = cut(102, entry(tmp_path, 3.4, WHOLE, parts[::-1]))[0].spans
    assert text_of(spans, 0, 60) == "walk and jump"
    assert text_of(spans, 0, 102) == "walk and jump and bend"
    assert text_of(spans, 42, 102) == "walk and jump and bend"
    assert text_of(spans, 50, 102) == "jump and bend"  # a third of a second of walking is no walk
    assert text_of(spans, 85, 95) == "bend"  # the crop is shorter than what must be seen: what fills most of it
    assert categories_of(spans, 50, 102) == ["walk", "jump", "bend"]
    again = [made.label("walk", 0, 1), made.label("turn", 1, 2), made.label("walk", 2, 3)]
    assert text_of(cut(90, entry(tmp_path, 3, WHOLE, again))[0].spans, 0, 90) == "walk and turn"


def test_windows_across_spans_count_spans_from_their_first_frame(tmp_path):
    parts = [made.label("walk", 0, 5), made.label("sit", 5, 10)]
    first, middle, last = cut(300, entry(tmp_path, 10, WHOLE, parts))
    assert [len(w.spans) for w in (first, middle, last)] == [1, 2, 1]
    assert (middle.spans[0].start, middle.spans[0].stop) == (-100, 50)
    assert text_of(middle.spans, 0, 60) == "walk" and text_of(middle.spans, 20, 80) == "walk and sit"


def test_windows_in_which_nothing_is_told_are_left_out(tmp_path):
    parts = [made.label("walk", 0, 2)]
    assert [w.start for w in cut(300, entry(tmp_path, 10, WHOLE, parts))] == [0]
    with pytest.raises(Skipped, match="nothing told"):
        cut(90, entry(tmp_path, 3, WHOLE, [made.label("walk", 3.2, 4)]))


def test_a_recording_of_another_length_is_left_out(tmp_path):
    with pytest.raises(Skipped, match=r"lasts 10\.0 s, and BABEL says 20\.0 s"):
        cut(300, entry(tmp_path, 20, WHOLE))
    for frames in (59, 1):
        with pytest.raises(Skipped, match="under 60 frames"):
            cut(frames, entry(tmp_path, frames / 30, WHOLE))


def released(dur: float, source: int, stride: int, whole: list[dict], parts: list[dict] | None):
    """What the released parser and loader make of a recording, written down from their description frame by frame."""
    rate = source / dur
    text = np.full(source, "", object)
    acts = np.full(source, "", object)
    if parts is None:
        text[:] = "and ".join(one["raw_label"] for one in whole)
        acts[:] = ",".join(c for one in whole for c in one["act_cat"] or [])
    else:
        for one in parts:
            a, b = round(one["start_t"] * rate), round(one["end_t"] * rate)
            text[a:b] = one["raw_label"]
            if one["act_cat"] is not None:
                acts[a:b] = ",".join(one["act_cat"])
    text = text[::stride]
    frames = len(text) // 100 * 100
    return np.split(text[:frames], frames // 100), np.split(acts[:frames], frames // 100)


@pytest.mark.parametrize("case", range(12))
def test_the_released_code_frame_by_frame(tmp_path, case):
    random = np.random.default_rng(case)
    stride = int(random.integers(1, 9))
    source = int(random.integers(100, 500)) * stride + int(random.integers(0, stride))
    dur = source / (30 * stride) * random.uniform(0.97, 1.03)
    parts = []
    for word in made.WORDS[: random.integers(1, 8)]:
        a, b = np.sort(random.uniform(0, dur * 1.05, 2)).round(3).tolist()
        acts = [None, [], [word], [word, "gesture"]][random.integers(4)]
        parts.append({"raw_label": word, "proc_label": word, "act_cat": acts, "start_t": a, "end_t": b})
    parts = None if case % 4 == 3 else [one for one in parts if one["end_t"] > one["start_t"]]
    whole = [made.label("first"), made.label("second")]
    given = entry(tmp_path, dur, whole, parts)
    frames = len(range(0, source, stride))
    windows = cut_legacy(frames, source, stride, given)
    texts, acts = released(dur, source, stride, whole, parts)
    assert len(windows) == len(texts)
    for window, text, categories in zip(windows, texts, acts, strict=True):
        for start in (0, 17, 39):
            assert legacy_text_of(window.spans, start, start + 60) == " and ".join(np.unique(text[start : start + 60]))
            kept = [c for joined in np.unique(categories[start : start + 60]) for c in joined.split(",") if c]
            assert legacy_categories_of(window.drifted, start, start + 60) == kept


def test_categories_drift_in_the_released_code_alone(tmp_path):
    parts = [made.label("walk", 0, 5), made.label("sit", 5, 10)]
    given = entry(tmp_path, 10, WHOLE, parts)
    last = cut_legacy(300, 1200, 4, given)[-1]
    assert legacy_text_of(last.spans, 0, 60) == "sit"
    assert legacy_categories_of(last.drifted, 0, 60) == ["walk"]  # of the file's frames 200 to 260
    assert categories_of(cut(300, given)[-1].spans, 0, 60) == ["sit"]
    with pytest.raises(Skipped, match="under 100 frames"):
        cut_legacy(80, 320, 4, given)


# --- BABEL's files


def test_a_null_annotation_of_parts_leaves_that_of_the_whole(tmp_path):
    given = entry(tmp_path, 3, [made.label("walk"), made.label("wave")])
    assert given.parts is None
    assert text_of(cut(90, given)[0].spans, 0, 60) == "walk and wave"


BAD = {
    "ends before it begins": ({"start_t": 2.0, "end_t": 1.0}, "ends at 1 s, and begins at 2 s"),
    "no length": ({"start_t": 1.0, "end_t": 1.0}, "ends at 1 s"),
    "negative": ({"start_t": -3.0, "end_t": -1.0}, "before the recording begins"),
    "begins before": ({"start_t": -1.0, "end_t": 1.0}, "before the recording begins"),
    "no times": ({"start_t": None}, "no times"),
    "text as time": ({"end_t": "2"}, "no times"),
    "not finite": ({"end_t": float("nan")}, "no times"),
    "no text": ({"raw_label": None, "proc_label": ""}, "no text"),
    "act_cat": ({"act_cat": "walk"}, "no list of names"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_label_is_left_out_and_named_and_the_rest_goes_on(tmp_path, name):
    other, why = BAD[name]
    given = entry(tmp_path, 3, WHOLE, [made.label("walk", 0, 2) | other, made.label("jump", 1, 3)])
    assert [label.raw for label in given.parts] == ["jump"]
    assert len(given.faults) == 1 and why in given.faults[0]
    alone = entry(tmp_path, 3, WHOLE, [made.label("walk", 0, 2) | other])
    assert alone.parts is None and text_of(cut(90, alone)[0].spans, 0, 60) == "all"


@pytest.mark.parametrize(
    "other", [{"seq_ann": None}, {"seq_ann": {"labels": []}}, {"seq_ann": []}, {"dur": None}, {"dur": -1},
              {"feat_p": 3}, {"feat_p": "a.npz"}]
)  # fmt: skip
def test_an_entry_that_cannot_be_used_is_named(tmp_path, other):
    good, bad = (made.entry(f"KIT/1/{name}_poses.npz", 3, WHOLE) for name in "ab")
    found = babel.load(made.write_babel(tmp_path, [good, bad | other, None]))
    assert len(found.entries) == 1 and len(found.faults) == 2


def test_folders_that_are_not_babels(tmp_path):
    with pytest.raises(UserError, match=r"train\.json cannot be read"):
        babel.load(tmp_path)
    made.write_babel(tmp_path, [])
    with pytest.raises(UserError, match="no entry that can be used"):
        babel.load(tmp_path)
    (tmp_path / "val.json").write_text("[1")
    with pytest.raises(UserError, match=r"val\.json is damaged"):
        babel.load(tmp_path)


# --- classes


def test_the_classes_are_the_commonest_categories_of_the_training_labels(tmp_path):
    parts = [made.label("a", 0, 1, ["walk", "walk"]), made.label("b", 1, 2, ["jump", "transition"])]
    more = [made.label("c", 0, 2, ["jump"]), made.label("transition", 2, 3, ["transition"])]
    train = [made.entry("KIT/1/a_poses.npz", 3, WHOLE, parts), made.entry("KIT/1/b_poses.npz", 3, WHOLE, more)]
    val = [made.entry("KIT/1/c_poses.npz", 3, [made.label("d", categories=["kick"] * 9)])]
    found = babel.load(made.write_babel(tmp_path, train, val))
    assert babel.classes(found) == ["jump", "walk"] and babel.classes(found, 1) == ["jump"]


def test_classes_of_a_file(tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps(["walk", "stand"]))
    assert babel.load_classes(path) == ["walk", "stand"]
    path.write_text(json.dumps({"stand": 1, "walk": 0, "rare": 77}))
    assert babel.load_classes(path, 2) == ["walk", "stand"]
    for wrong in ("[]", "{}", "3", '["a", "a"]', '{"a": 0, "b": 0}', '{"a": "x"}', "[1]", "rubbish"):
        path.write_text(wrong)
        with pytest.raises(UserError, match="holds no classes"):
            babel.load_classes(path)


# --- further annotations


def several(path: str, whole: list[list[dict]] | None, parts: list[list[dict]] | None = None) -> dict:
    """An entry of BABEL's extra files: lists of annotations by several people."""
    made_of = {"seq_anns": whole, "frame_anns": parts}
    given = {kind: one if one is None else [{"labels": labels} for labels in one] for kind, one in made_of.items()}
    return {"babel_sid": 2, "feat_p": f"{path.split('/')[0]}/{path}", "dur": 3.0} | given


def write_extra(folder, train: list, val: list = ()) -> None:
    for name, entries in (("extra_train", train), ("extra_val", val)):
        (folder / f"{name}.json").write_text(json.dumps({str(n): one for n, one in enumerate(entries)}))


def test_further_annotations_are_read_where_they_are_asked_for(tmp_path):
    folder = made.write_babel(tmp_path, [made.entry("KIT/1/a_poses.npz", 3, WHOLE)])
    one, other = [made.label("hop", 0, 1)], [made.label("jump up", 0, 1)]
    write_extra(
        folder,
        [
            several("KIT/1/a_poses.npz", [[made.label("other words")]]),
            several("KIT/1/b_poses.npz", [WHOLE], [one, other]),
        ],
        [several("KIT/1/c_poses.npz", [[made.label("sit")], [made.label("rest")]])],
    )
    assert len(babel.load(folder).entries) == 1
    found = {entry.path.split("/")[-1][0]: entry for entry in babel.load(folder, extra=True).entries.values()}
    assert {name: (entry.split, entry.extra) for name, entry in found.items()} == {
        "a": ("train", False), "b": ("train", True), "c": ("val", True),
    }  # fmt: skip
    assert [label.raw for label in found["b"].parts] == ["hop"]  # the words of one of them
    assert [label.raw for label in found["c"].whole] == ["sit"] and found["c"].parts is None
    assert [label.raw for label in found["a"].whole] == ["all"]
    assert ("KIT/KIT/1/a_poses.npz", "its labels of train.json are used, not those of extra_train.json, entry 0") in (
        babel.load(folder, extra=True).faults
    )
    assert babel.classes(babel.load(folder, extra=True)) == babel.classes(babel.load(folder))
    assert babel.load(folder, extra=True).digest != babel.load(folder).digest


def test_the_next_annotation_counts_where_one_cannot_be_used(tmp_path):
    folder = made.write_babel(tmp_path, [made.entry("KIT/1/a_poses.npz", 3, WHOLE)])
    bad = several("KIT/1/b_poses.npz", None, [[made.label("hop", 2, 1)], [made.label("jump", 1, 2)]])
    bad["frame_anns"][:0] = [None, {"labels": None}]
    write_extra(folder, [bad])
    found = next(entry for entry in babel.load(folder, extra=True).entries.values() if entry.extra)
    assert [label.raw for label in found.parts] == ["jump"]
    assert any("ends at 1 s" in fault for fault in found.faults) and len(found.faults) == 2


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"seq_anns": None}, "neither seq_anns nor frame_anns"), ({"seq_anns": []}, "neither seq_anns nor frame_anns"),
        ({"seq_anns": {"labels": []}}, "no list"), ({"seq_anns": [3]}, "no list of labels"),
        ({"seq_anns": [{"labels": [{"raw_label": ""}]}]}, "no text"), ({"dur": -1}, "no number of seconds"),
        ({"feat_p": "a.npz"}, "no path"),
    ],
)  # fmt: skip
def test_a_further_entry_that_cannot_be_used_is_named(tmp_path, other, why):
    folder = made.write_babel(tmp_path, [made.entry("KIT/1/a_poses.npz", 3, WHOLE)])
    write_extra(folder, [several("KIT/1/b_poses.npz", [WHOLE]) | other])
    found = babel.load(folder, extra=True)
    assert len(found.entries) == 1 and len(found.faults) == 1 and why in found.faults[0][1]


def test_further_files_that_are_missing_are_named(tmp_path):
    folder = made.write_babel(tmp_path, [made.entry("KIT/1/a_poses.npz", 3, WHOLE)])
    with pytest.raises(UserError, match=r"extra_train\.json cannot be read.*leave --extra out"):
        babel.load(folder, extra=True)
