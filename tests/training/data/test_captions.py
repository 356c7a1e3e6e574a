"""The captions can be trained on, and the check that verifies it can fail in each of its rules."""

from __future__ import annotations

import csv
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.skeleton import JOINTS
from tests.paths import SHARED
from training.data.captions import FOLDER, MORE, CaptionedSpan, load_captions
from training.data.check_captions import check, left_out, main, measured_fall, measured_problems, repeats_name

MOTIONS = SHARED / "motions"

SOURCES = {
    "kaykit": "cc0/kaykit/*.glb",
    "mesh2motion-base": "cc0/mesh2motion/human-base-*.glb",
    "mesh2motion-addon": "cc0/mesh2motion/human-addon-*.glb",
    "quaternius": "cc0/quaternius/*.gltf",
}


def _words(name: str) -> list[str]:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _animations(path: Path) -> dict[str, float]:
    """Seconds of every animation of a glTF file."""
    data = path.read_bytes()
    if data[:4] == b"glTF":
        (length,) = struct.unpack_from("<I", data, 12)
        data = data[20 : 20 + length]
    gltf = json.loads(data)
    return {
        animation["name"]: max(gltf["accessors"][s["input"]]["max"][0] for s in animation["samplers"])
        for animation in gltf["animations"]
    }


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """Length of every clip of the recordings that the captions are about."""
    if not (MOTIONS / "cmu" / "clips.csv").is_file():
        pytest.skip("the motions are not beside the repository")
    lengths = {}
    for source, pattern in SOURCES.items():
        for path in MOTIONS.glob(pattern):
            lengths |= {f"{source}/{name}": length for name, length in _animations(path).items()}
    with (MOTIONS / "cmu" / "clips.csv").open(encoding="utf-8", newline="") as file:
        lengths |= {f"cmu/{row['clip']}": float(row["seconds"]) for row in csv.DictReader(file)}
    return lengths


# --- The captions that are shipped -------------------------------------------------------------------------------


def test_shipped_captions_have_no_problems() -> None:
    assert check(load_captions(), _words("classes.json"), _words("styles.json")) == []


def test_captions_of_further_collections_have_no_problems_beside_the_shipped_ones() -> None:
    lists = [json.loads((MORE / f"{name}.json").read_text(encoding="utf-8")) for name in ("classes", "styles")]
    assert check(load_captions(MORE), *lists, beside=load_captions()) == []
    assert set(_words("classes.json")) <= set(lists[0])


def test_every_clip_is_captioned_and_every_span_lies_in_its_clip(seconds: dict[str, float]) -> None:
    assert check(load_captions(), _words("classes.json"), _words("styles.json"), seconds) == []


def test_there_are_no_more_than_a_hundred_classes() -> None:
    assert len(_words("classes.json")) <= 100


# --- The check, on captions with one thing wrong -----------------------------------------------------------------

WAVE = CaptionedSpan(
    "own/Wave_At_Crowd",
    "wave",
    ("wave", "a person waves", "waves the left hand", "hello", "hi", "says hi", "greets", "waving", "hey", "howdy"),
    exemplar=True,
    after="repeat",
    style=("happy",),
)
FALL = CaptionedSpan(
    "own/Fall", "wave", ("fall", "a person falls", "falls onto the back", "shot"), exemplar=False, after="hold"
)
SHOWN = replace(FALL, captions=tuple(f"falls {n}" for n in "abcdefghij"), exemplar=True)
CLASSES, STYLES = ["wave"], ["happy", "sad"]
CLIPS = {"own/Wave_At_Crowd": 3.0, "own/Fall": 2.0, "kaykit/T-Pose": 1.0}


def _with(*captions: str) -> CaptionedSpan:
    """`FALL` with these wordings instead of its first ones."""
    return replace(FALL, captions=captions + FALL.captions[len(captions) :])


def test_good_captions_have_no_problems() -> None:
    assert check([WAVE, FALL], CLASSES, STYLES) == []
    assert check([WAVE, FALL], CLASSES, STYLES, CLIPS) == []


def test_a_source_with_many_clips_without_captions_is_named_once() -> None:
    clips = CLIPS | {f"far/{number}": 1.0 for number in range(9)}
    (said,) = check([WAVE, FALL], CLASSES, STYLES, clips)
    assert said == "far/0, far/1, far/2, far/3, far/4 and 4 more of far have no captions."


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (replace(FALL, action="fly"), 'the class "fly" is not'),
        (replace(FALL, style=("odd",)), 'the style "odd" is not'),
        (replace(FALL, after="stop"), '"after" is "stop"'),
        (replace(FALL, travel=True, speed=1.0), "two ways to travel"),
        (replace(FALL, captions=FALL.captions[:3]), "3 wordings; a line needs 4"),
        (_with("fall", "Fall"), '"fall" is there 2 times'),
        (replace(_with("falls on the left arm"), side="right"), "says left, and it is the right side that acts"),
        (replace(_with("turns left and falls"), turn=-90.0), "says the other side than the turn of -90"),
        (replace(FALL, side="up"), '"side" is "up"'),
        (_with("falls."), "no clean wording"),
        (_with("falls  over"), "no clean wording"),
        (_with("f"), "no clean wording"),
        (replace(FALL, clip="own/Wave_At_Crowd", captions=("wave at crowd", *FALL.captions)), "repeats the name"),
        (_with("falls onto the lefthand side"), '"lefthand" would not be swapped'),
        (_with("falls leftwards"), '"leftward" would not be swapped'),
        (_with("falls right away"), '"right away" is no side'),
        (_with("what is left over falls"), '"left over" is no side'),
        (_with("right left right"), None),
        (replace(FALL, start=0.5, end=1.0), "the span lasts 0.5 s"),
        (replace(FALL, start=1.0, end=2.5), "the span is outside its clip"),
        (replace(FALL, start=2.0), "the span is outside its clip"),
        (replace(FALL, start=1.6), "0.4 s are left"),
        (replace(SHOWN, shown=0.2, start=0.5), '"shown" is 0.2 s; it must lie in the span'),
        (replace(SHOWN, shown=1.5, end=1.9), '"shown" is 1.5 s; it must lie in the span'),
        (replace(SHOWN, shown=1.9), "0.1 s are left"),
        (replace(FALL, limbs={"left_arm": "own/Nod"}), "there is no clip own/Nod"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(broken: CaptionedSpan, said: str | None) -> None:
    problems = check([WAVE, broken, FALL], CLASSES, STYLES, CLIPS)
    if said is None:
        assert problems == []
    else:
        assert len(problems) == 1
        assert said in problems[0] and broken.clip in problems[0]


def test_an_exemplar_needs_more_wordings() -> None:
    assert "an exemplar needs 10" in check([replace(WAVE, captions=WAVE.captions[1:])], CLASSES, STYLES)[0]


def test_a_wording_belongs_to_one_exemplar() -> None:
    other = replace(WAVE, clip="own/Fall", captions=("WAVE", *(f"waves {n} times" for n in range(2, 11))))
    (problem,) = check([WAVE, other], CLASSES, STYLES)
    assert problem == '"wave" belongs to 2 exemplars: own/Wave_At_Crowd; own/Fall.'
    assert check([WAVE, replace(other, exemplar=False)], CLASSES, STYLES) == []


def test_the_mirror_image_of_an_exemplar_owns_the_swapped_wording() -> None:
    captions = ("waves the right hand", *(f"waves {n} times" for n in range(2, 11)))
    problems = check([WAVE, replace(WAVE, clip="own/Fall", captions=captions)], CLASSES, STYLES)
    assert '"waves the left hand" belongs to 2 exemplars: own/Wave_At_Crowd; own/Fall, mirrored.' in problems


def test_every_class_needs_an_exemplar() -> None:
    problems = check([WAVE, FALL], [*CLASSES, "yawn"], STYLES)
    assert problems == ['The class "yawn" has no exemplar; prompts would never decode to it.']


@pytest.mark.parametrize("words", [["b", "a"], ["a", "a"]])
def test_lists_are_sorted_and_name_everything_once(words: list[str]) -> None:
    assert "styles.json must be sorted" in check([replace(WAVE, style=())], CLASSES, words)[0]


def test_every_clip_needs_captions_except_poses() -> None:
    assert check([WAVE], CLASSES, STYLES, CLIPS) == ["own/Fall has no captions."]
    waving_on = replace(FALL, limbs={"left_arm": "own/Wave_At_Crowd"})
    assert check([WAVE, waving_on], CLASSES, STYLES, CLIPS) == ["own/Fall has no captions."]
    posed = replace(FALL, clip="kaykit/T-Pose")
    (problem,) = check([WAVE, FALL, posed], CLASSES, STYLES, CLIPS)
    assert problem == "kaykit/T-Pose is no motion and must not be captioned."
    assert left_out("kaykit/Crouch_Pose") and left_out("kaykit/Skeletons_Death_Resurrect")
    assert not left_out("kaykit/Pose_For_Photo") and not left_out("own/Crouch_Pose")


def test_a_clip_that_is_not_there_is_missed() -> None:
    clips = {clip: length for clip, length in CLIPS.items() if clip != "own/Fall"}
    assert check([WAVE, FALL], CLASSES, STYLES, clips) == ["own/Fall: there is no clip own/Fall."]


@pytest.mark.parametrize(
    ("caption", "clip", "expected"),
    [
        ("melee 2h attack chop", "kaykit/Melee_2H_Attack_Chop", True),
        ("sit chair down", "a/SitChairDown_Loop", True),
        ("walk", "a/Walk_Loop", False),
        ("head nod", "a/Head Nod", False),
        ("sits down on a chair", "a/Sit_Chair_Down", False),
        ("walks", "cmu/02_01", False),
    ],
)
def test_only_a_label_of_three_words_counts_as_the_name_of_a_file(caption: str, clip: str, expected: bool) -> None:
    assert repeats_name(caption, clip) is expected


# --- The check of flights ----------------------------------------------------------------------------------------


def _jump(fall: float, height: float = 0.4) -> Motion:
    """Stands, leaves the floor and lands: a stiff body whose flight falls at `fall` m/s2."""
    half = (2 * height / fall) ** 0.5
    times = np.arange(60) / 30.0 - 1.0
    translation = np.zeros((60, 3))
    translation[:, 1] = np.maximum(height - fall * times**2 / 2, 0.0) * (np.abs(times) <= half)
    rotations = np.zeros((60, len(JOINTS), 4))
    rotations[..., 0] = 1.0
    return Motion(rotations, translation, 30.0)


JUMP = CaptionedSpan("own/Jump", "jump", ("jump", "a person jumps"), exemplar=True, after="hold")


@pytest.mark.parametrize("fall", [6.0, 9.8, 34.0])
def test_the_fall_of_a_flight_is_measured(fall: float):
    assert measured_fall(_jump(fall, 0.9), Body.load()) == pytest.approx(fall, rel=0.05)


def test_who_stays_on_the_floor_or_does_not_land_does_not_fly():
    body, jump = Body.load(), _jump(9.8)
    assert measured_fall(_jump(9.8, 0.05), body) is None
    assert measured_fall(jump.crop(30, 60), body) is None and measured_fall(jump.crop(0, 30), body) is None
    assert measured_fall(_jump(100.0, 0.2), body) is None  # too short to tell


@pytest.mark.parametrize(("fall", "said"), [(9.8, 0), (34.0, 1), (2.0, 1)])
def test_a_jump_that_is_no_free_fall_is_named(tmp_path: Path, fall: float, said: int):
    (tmp_path / "own").mkdir()
    amass.save(_jump(fall), tmp_path / "own" / "Jump.npz")
    problems = [problem for problem in measured_problems([JUMP], tmp_path) if "flight" in problem]
    assert len(problems) == said
    if said:
        (problem,) = problems
        assert problem.startswith(f'own/Jump: "jump" is shown with a flight that falls at {fall:.0f} m/s2')
    waves = replace(JUMP, captions=("wave", "a person waves"))
    for other in (replace(JUMP, exemplar=False), waves):
        assert not [problem for problem in measured_problems([other], tmp_path) if "flight" in problem]


# --- Reading, and the command ------------------------------------------------------------------------------------


def _folder(path: Path, line: str) -> Path:
    for name in ("classes", "styles"):
        (path / f"{name}.json").write_text('["wave"]' if name == "classes" else '["happy"]', encoding="utf-8")
    (path / "own.jsonl").write_text(line + "\n", encoding="utf-8")
    return path


LINE = {
    "clip": "own/Wave", "action": "wave", "captions": list(WAVE.captions), "exemplar": True, "after": "repeat",
    "style": ["happy"],
}  # fmt: skip


def test_style_is_read_as_a_tuple(tmp_path: Path) -> None:
    (span,) = load_captions(_folder(tmp_path, json.dumps(LINE)))
    assert span.style == ("happy",) and span.captions == WAVE.captions


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", ""),
        ("[]", "a JSON object is expected"),
        (json.dumps(LINE | {"speeds": 1}), 'there is no field "speeds"'),
        (json.dumps({key: value for key, value in LINE.items() if key != "after"}), '"after" is missing'),
        (json.dumps(LINE | {"start": "1"}), '"start" cannot be "1"'),
        (json.dumps(LINE | {"start": float("nan")}), '"start" cannot be NaN'),
        (json.dumps(LINE | {"turn": float("inf")}), '"turn" cannot be Infinity'),
        (json.dumps(LINE | {"style": "sad"}), '"style" cannot be "sad"'),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UserError, match=rf"own\.jsonl, line 1: {said}"):
        load_captions(_folder(tmp_path, line))


def test_command_lists_problems_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--captions", str(_folder(tmp_path, json.dumps(LINE))), "--data", str(tmp_path)]
    assert main(arguments) == 0
    assert "no index.json" in capsys.readouterr().err

    entries = [{"clip": "own/Wave", "seconds": 2.0}, {"clip": "own/Nod", "seconds": 1.0}]
    (tmp_path / "index.json").write_text(json.dumps({"clips": entries}), encoding="utf-8")
    assert main(arguments) == 1
    assert capsys.readouterr().out == "own/Nod has no captions.\n"


def test_command_refuses_an_index_that_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be read"):
        main(["--captions", str(_folder(tmp_path, json.dumps(LINE))), "--data", str(tmp_path)])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["mine.jsonl", "MINE.JSONL"])
def test_captions_that_were_written_on_windows(tmp_path: Path, encoding: str, name: str):
    line = {"clip": "mine\\walk", "action": "walk", "captions": ["läuft"], "exemplar": True, "after": "hold"}
    text = json.dumps(line, ensure_ascii=False) + "\r\n\r\n" + json.dumps(line | {"clip": "mine/run"}) + "\r\n"
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert [(span.clip, span.captions) for span in load_captions(tmp_path)] == [
        ("mine/walk", ("läuft",)), ("mine/run", ("läuft",)),
    ]  # fmt: skip
