"""The report on prepared motions: figures by source, and a page that shows every clip."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from training.data.report import SHEETS, summary, write_report


def clip(name: str, degrees: float = 1.0, **more) -> dict:
    errors = {"degrees": {"thigh": degrees, "shin": 3 * degrees}, "penetration": 0.002, "float": 0.01,
              "sliding": 0.1, "source_sliding": 0.2}  # fmt: skip
    entry = {"clip": name, "source": name.split("/")[0], "format": "bvh", "seconds": 30.0, "split": "train"}
    return entry | {"spans": []} | {"errors": errors | {k: more.pop(k) for k in list(more) if k in errors}} | more


class Pictures(HTMLParser):
    """Collects the pictures of a page, and fails for elements that a clip's name must not add."""

    def __init__(self, page: str):
        super().__init__()
        self.sources: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        if tag == "img":
            self.sources.append(dict(attributes)["src"])


def test_figures_are_by_source_and_format():
    figures = summary([clip("a/1", 1.0), clip("a/2", 2.0), clip("b/1"), clip("a/3", format="amc")])
    assert list(figures) == ["a (amc)", "a (bvh)", "b (bvh)"]
    group = figures["a (bvh)"]
    assert group["clips"] == 2 and group["minutes"] == 1
    assert group["degrees_by_limb"] == {"thigh": 1.5, "shin": 4.5} and group["degrees"] == 3
    assert group["penetration_cm"] == pytest.approx(0.2) and group["float_cm"] == pytest.approx(1)
    assert group["sliding_cm_s"] == pytest.approx(10) and group["source_sliding_cm_s"] == pytest.approx(20)


def test_the_worst_come_first_and_those_that_float_are_named():
    clips = [clip(f"a/{i}", float(i)) for i in range(8)]
    clips[2]["errors"]["float"] = 0.05
    figures = summary(clips)["a (bvh)"]
    assert list(figures["worst"]) == ["a/7", "a/6", "a/5", "a/4", "a/3"]
    assert figures["floating"] == pytest.approx({"a/2": 5.0})
    assert figures["float_cm"] == pytest.approx(5)


def test_clips_that_never_stand_have_no_say_in_floating_and_sliding():
    flying = {"float": None, "sliding": None, "source_sliding": None}
    both = summary([clip("a/1"), clip("a/2", **flying)])["a (bvh)"]
    assert both["sliding_cm_s"] == pytest.approx(10) and both["float_cm"] == pytest.approx(1)
    alone = summary([clip("a/2", **flying)])["a (bvh)"]
    assert alone["sliding_cm_s"] == 0 and alone["float_cm"] == 0 and alone["floating"] == {}


def test_the_page_shows_clips_with_their_pictures_spans_and_split(tmp_path: Path):
    spans = [{"start": 0.0, "end": 4.2, "label": "walk", "style": ["slow"], "captions": ["walks", "goes"]}]
    clips = [clip("a/one", spans=spans, split="test"), clip("a/two")]
    (tmp_path / SHEETS / "a").mkdir(parents=True)
    (tmp_path / SHEETS / "a" / "one.png").write_bytes(b"")
    write_report(tmp_path, clips, [])
    page = (tmp_path / "report.html").read_text()
    assert Pictures(page).sources == ["sheets/a/one.png"]  # the other has none
    assert "0.0 to 4.2 s, <b>walk</b>" in page and "walks; goes" in page and "<i>slow</i>" in page
    assert page.count("class=test>") == 1 and page.count("no captions") == 1
    assert "Every clip could be read." in page


def test_names_and_sentences_are_written_as_text(tmp_path: Path):
    name = 'a/<script>"50%#1?</script>'.replace("</script>", "&")
    picture = tmp_path / SHEETS / f"{name}.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"")
    write_report(tmp_path, [clip(name)], ["<script>alert()</script>.bvh is damaged."])
    page = (tmp_path / "report.html").read_text()
    (source,) = Pictures(page).sources
    assert unquote(source) == f"sheets/{name}.png"
    assert not {"#", "?"} & set(source)
    assert "&lt;script&gt;alert()" in page and "<h2>Left out</h2>" in page


def test_the_figures_are_plain_json(tmp_path: Path):
    def refuse(constant: str):
        raise AssertionError(f"{constant} is no JSON")

    write_report(tmp_path, [clip("a/1", float=None, sliding=None, source_sliding=None)], ["One is damaged."])
    figures = json.loads((tmp_path / "report.json").read_text(), parse_constant=refuse)
    assert figures["problems"] == ["One is damaged."] and figures["sources"]["a (bvh)"]["clips"] == 1


def test_nothing_to_report(tmp_path: Path):
    write_report(tmp_path, [], ["a.bvh is damaged."])
    assert "<h1>0 prepared motions</h1>" in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["sources"] == {}
