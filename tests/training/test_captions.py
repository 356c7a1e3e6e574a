"""The captions as data: complete, consistent, and no wording for two motions."""

from __future__ import annotations

import csv
import json
import re
import struct
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CAPTIONS = ROOT / "training" / "captions"
MOTIONS = ROOT / ".." / "shared" / "motions"
SOURCES = {
    "kaykit": "cc0/kaykit/*.glb",
    "mesh2motion-base": "cc0/mesh2motion/human-base-*.glb",
    "mesh2motion-addon": "cc0/mesh2motion/human-addon-*.glb",
    "quaternius": "cc0/quaternius/*.gltf",
}
REQUIRED = {"clip": str, "action": str, "captions": list, "exemplar": bool, "after": str, "travel": bool}
OPTIONAL = {"start": (int, float), "end": (int, float), "speed": (int, float)}
SHORTEST = 0.6  # seconds a span must last
SALSA = re.compile(r"cmu/6[01]_")
SIDE = re.compile(r"\b(left|right)\b")


def _lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (CAPTIONS / name).read_text(encoding="utf-8").splitlines() if line]


# further files may stand beside these two; what holds between exemplars holds for all of them
OURS = _lines("cc0.jsonl") + _lines("cmu_bvh.jsonl")
ALL = [line for path in sorted(CAPTIONS.glob("*.jsonl")) for line in _lines(path.name)]
CLASSES = json.loads((CAPTIONS / "classes.json").read_text(encoding="utf-8"))


def _names(line: dict) -> str:
    return f"{line['clip']}@{line.get('start', 0)}"


def _swapped(caption: str) -> str:
    return SIDE.sub(lambda side: "right" if side[1] == "left" else "left", caption)


@pytest.mark.parametrize("line", OURS, ids=_names)
def test_line(line: dict) -> None:
    assert REQUIRED.keys() <= line.keys() <= REQUIRED.keys() | OPTIONAL.keys()
    for key, kind in {**REQUIRED, **OPTIONAL}.items():
        assert key not in line or isinstance(line[key], kind), key
    assert line["action"] in CLASSES
    assert line["after"] in ("repeat", "hold")
    assert not (line["travel"] and "speed" in line), "both ways to travel"
    if "end" in line:
        assert line["end"] - line.get("start", 0) >= SHORTEST

    captions = line["captions"]
    assert len(captions) >= (10 if line["exemplar"] else 5)
    for caption in captions:
        assert caption == " ".join(caption.split()) and len(caption) >= 2, caption
        assert caption.isprintable() and not caption.endswith("."), caption
    doubles = [c for c, times in Counter(c.lower() for c in captions).items() if times > 1]
    assert not doubles


def test_classes_are_a_sorted_list_and_all_used() -> None:
    assert sorted(set(CLASSES)) == CLASSES
    assert {line["action"] for line in ALL} == set(CLASSES)


def test_no_wording_has_two_motions() -> None:
    """Neither directly nor by the mirror image, which answers to the captions with left and right swapped."""
    owners: dict[str, set[str]] = {}
    for number, line in enumerate(ALL):
        if line["exemplar"]:
            for caption in line["captions"]:
                caption = caption.lower()
                owners.setdefault(caption, set()).add(f"{number} {_names(line)}")
                if SIDE.search(caption):
                    owners.setdefault(_swapped(caption), set()).add(f"{number} {_names(line)} mirrored")
    shared = {caption: names for caption, names in owners.items() if len(names) > 1}
    assert not shared


def test_sides_swap_to_valid_text() -> None:
    for line in ALL:
        for caption in line["captions"]:
            words = caption.lower()
            # compounds that the swap would miss, and words that are no sides although they look so
            assert not re.search(r"(left|right)(?=hand|ward|most|side|y\b|ies\b)", words), caption
            assert not re.search(r"\b(all|right) right\b|\bright (away|now)\b|\bleft over\b", words), caption
            assert _swapped(_swapped(words)) == words
            # a motion and its mirror image must not share a wording
            assert _swapped(words) != words or not SIDE.search(words), caption


def test_every_class_has_an_exemplar() -> None:
    assert {line["action"] for line in ALL if line["exemplar"]} == set(CLASSES)


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
        for row in csv.DictReader(file):
            if row["file"].endswith(".bvh"):
                lengths[f"cmu/{row['clip']}"] = float(row["seconds"])
    return lengths


@pytest.mark.parametrize("line", OURS, ids=_names)
def test_clip_exists_and_holds_the_span(line: dict, seconds: dict[str, float]) -> None:
    length = seconds[line["clip"]]
    assert line.get("start", 0) < line.get("end", length) <= length + 0.02


def test_every_clip_is_captioned(seconds: dict[str, float]) -> None:
    def left_out(clip: str) -> bool:
        name = clip.split("/")[1]
        return name in ("T-Pose", "Rest Pose") or name.endswith("_Pose") or name.startswith("EXPERIMENTAL")

    # of the salsa, a third of all recordings, a few spans are taken
    wanted = {clip for clip in seconds if not left_out(clip) and not SALSA.match(clip)}
    captioned = {line["clip"] for line in OURS}
    assert not wanted - captioned
    assert not {clip for clip in captioned if left_out(clip)}
    assert sum(SALSA.match(line["clip"]) is not None for line in OURS) <= 8
