"""Timeline files: what they may hold, and the sentence for what they may not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motionclip_blender.cli.timeline_file import check_files, parsed, read_timeline
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.expression import Expression
from motionclip_blender.core.latents.terms import ActionName, ImageFile, Prompt, SavedLatent
from motionclip_blender.core.recipe.blend import Blend
from motionclip_blender.core.recipe.plan import PromptPlan
from motionclip_blender.core.recipe.sum import Sum
from motionclip_blender.core.recipe.timeline import Timeline, TimelineSegment

WALK, WAVE = TimelineSegment(PromptPlan("walks")), TimelineSegment(PromptPlan("waves"))


def written(path: Path, content: object) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"walks\nwaves\n",
        b"\xef\xbb\xbfwalks\r\n\r\n waves \r\n",
        "walks\nwaves".encode("utf-16"),
        b'["walks", "waves"]',
        b'\xef\xbb\xbf{"segments": [{"prompt": "walks"}, {"prompt": "waves", "seconds": null}]}',
    ],
)
def test_lines_and_json_say_the_same(tmp_path: Path, content: bytes):
    assert read_timeline(written(tmp_path / "t", content)) == Timeline((WALK, WAVE))


def test_every_kind_of_segment():
    found = parsed(
        json.dumps(
            [
                {"prompt": "walks", "frames": 90},
                {"expression": '"walks" + 0.5 * {sad}', "seconds": 2, "transition": 0.5},
                {"blend": ["walks", '"runs" + {sad}'], "factor": 0.25, "spherical": True},
                {"action": "a walk.npz", "seconds": 1.5, "transition": 0},
            ]
        ),
        "t",
        guess=True,
    )
    assert found.segments == (
        TimelineSegment(PromptPlan("walks", guess=True), 3.0),
        TimelineSegment(Sum(Expression.typed('"walks" + 0.5 * {sad}')), 2.0, 0.5),
        TimelineSegment(Blend(Expression.of(Prompt("walks")), Expression.typed('"runs" + {sad}'), 0.25, True)),
        TimelineSegment(Sum(Expression.of(ActionName("a walk.npz"))), 1.5, 0.0),
    )


WRONG_FILES = {
    "empty": (b"", "has no segments"),
    "white": (b"\xef\xbb\xbf \r\n\n", "has no segments"),
    "an empty list": (b"[]", "has no segments"),
    "broken": (b'[{"prompt": "walks"},\n {"prompt" "waves"}]', "no JSON: line 2, column 12"),
    "without a list": (b'{"segments": "walks"}', "has no list of segments"),
    "another field": (b'{"fps": 24, "segments": []}', 'unknown field "fps"'),
    "a list twice": (b'{"segments": ["walks"], "segments": []}', 'an object with the field "segments" twice'),
    "a field twice": (b'["walks", {"prompt": "walks", "frames": 90, "frames": 60}]', 'the field "frames" twice; give'),
    "latin": (b"l\xe4uft", "is not in UTF-8"),
    "half of utf-16": (b"\xff\xfew\x00a", "is not in UTF-8"),
    "51 segments": (b"walks\n" * 51, "51 segments, and 50 are the most"),
    "nested": (b"[" * 100_000, "is no timeline"),
    "huge": (b"w" * ((1 << 20) + 1), "larger than 1 MB"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_a_file_that_is_none(tmp_path: Path, case: str):
    content, sentence = WRONG_FILES[case]
    with pytest.raises(UserError, match=sentence) as caught:
        read_timeline(written(tmp_path / "t.json", content))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_file_that_is_missing_or_a_folder(tmp_path: Path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            read_timeline(path)


WRONG_SEGMENTS = {
    "unknown field": ('{"prompt": "walks", "lenght": 3}', 'field "lenght" is unknown; known are prompt'),
    "nothing to do": ('{"seconds": 3}', "Nothing says what to do"),
    "two things to do": ('{"prompt": "walks", "action": "x"}', "prompt and action are given"),
    "empty prompt": ('""', "is empty"),
    "only punctuation": ('"?!"', "no words"),
    "long prompt": (json.dumps("walk " * 2001), "10,004 characters; shorten"),
    "number": ("7", "not 7"),
    "null": ("null", "not null"),
    "NaN": ('{"prompt": "walks", "seconds": NaN}', "not nan"),
    "infinite": ('{"prompt": "walks", "seconds": Infinity}', "not inf"),
    "NaN transition": ('{"prompt": "walks", "transition": NaN}', "not nan"),
    "negative": ('{"prompt": "walks", "seconds": -1}', "more than 0"),
    "no seconds": ('{"prompt": "walks", "seconds": 0}', "more than 0"),
    "many seconds": ('{"prompt": "walks", "seconds": 121}', "at most 120"),
    "huge seconds": (f'{{"prompt": "walks", "seconds": 1{"0" * 400}}}', "must be smaller"),
    "no frames": ('{"prompt": "walks", "frames": 0}', "2 to 3,600, not 0"),
    "one frame": ('{"prompt": "walks", "frames": 1}', "2 to 3,600, not 1"),
    "many frames": ('{"prompt": "walks", "frames": 3601}', "2 to 3,600, not 3601"),
    "huge frames": (f'{{"prompt": "walks", "frames": 1{"0" * 400}}}', "2 to 3,600, not 1000"),
    "half a frame": ('{"prompt": "walks", "frames": 2.5}', "whole number"),
    "true frames": ('{"prompt": "walks", "frames": true}', "whole number"),
    "seconds as text": ('{"prompt": "walks", "seconds": "3"}', "must be a number"),
    "both lengths": ('{"prompt": "walks", "seconds": 3, "frames": 90}', "Both frames and seconds"),
    "long transition": ('{"prompt": "walks", "transition": 4}', "0 to 3 seconds, not 4"),
    "factor of a prompt": ('{"prompt": "walks", "factor": 0.5}', "goes with blend only"),
    "a factor beyond": ('{"blend": ["walks", "runs"], "factor": 2}', "between 0 and 1"),
    "a factor that is none": ('{"blend": ["walks", "runs"], "factor": NaN}', "between 0 and 1"),
    "blend of one": ('{"blend": ["walks"]}', "list of two"),
    "broken expression": ('{"expression": "[walk"}', "close"),
    "empty action": ('{"action": " "}', "has no name"),
    "prompt no text": ('{"prompt": ["walks"]}', "must be a text"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_SEGMENTS)
def test_a_segment_that_is_none_is_named_by_its_number(case: str):
    text, sentence = WRONG_SEGMENTS[case]
    with pytest.raises(UserError, match="^Segment 2: ") as caught:
        parsed(f'["walks", {text}, "waves"]', "t.json")
    assert sentence in str(caught.value) and len(str(caught.value)) < 400


def test_a_line_that_is_none_is_named_by_its_number():
    with pytest.raises(UserError, match="^Segment 3: The prompt has no words"):
        parsed("walks\nwaves\n\n...\n", "t.txt")


def test_segments_that_are_too_long_together():
    text = json.dumps([{"prompt": "walks", "frames": 1801}] * 2)
    with pytest.raises(UserError, match="last 120.067 seconds together, and 120 are the most, 3,600 frames"):
        parsed(text, "t")
    assert len(parsed(json.dumps([{"prompt": "walks", "frames": 72}] * 50), "t").segments) == 50


def test_files_are_looked_for_from_the_timeline_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "days").mkdir()
    there = written(tmp_path / "days" / "walk.npz", b"")
    expression = 'image("photo.png") + 0.5 * latent("../mine.npz") + [walk.npz] - "stands"'
    content = [{"action": "walk.npz"}, {"action": str(there)}, {"expression": expression}, "walks"]
    written(tmp_path / "days" / "t.json", content)
    monkeypatch.chdir(tmp_path)
    found = read_timeline(Path("days/t.json"))
    beside = str(Path("days/walk.npz"))
    assert [term.source for term in found.terms] == [
        ActionName(beside), ActionName(str(there)),
        ImageFile(str(Path("days/photo.png"))), SavedLatent(str(Path("days/../mine.npz"))), ActionName(beside),
        Prompt("stands"),
    ]  # fmt: skip
    with pytest.raises(UserError, match="^Segment 3: There is no file days.photo.png"):
        check_files(found)
    monkeypatch.chdir(tmp_path / "days")
    assert read_timeline(Path("t.json")) == parsed(json.dumps(content), "t.json"), "what was typed is kept"


def test_files_that_segments_name_must_be_there(tmp_path: Path):
    there = written(tmp_path / "there.npz", b"")
    check_files(parsed(json.dumps(["walks", {"action": str(there)}]), "t"))
    for missing in ({"action": "none.npz"}, {"expression": '"walks" + image("none.npz")'}, {"action": "x" * 5000}):
        with pytest.raises(UserError, match="^Segment 3: There is no file"):
            check_files(parsed(json.dumps(["walks", {"action": str(there)}, missing]), "t"))
