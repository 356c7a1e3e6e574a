"""The page of prompts that nobody trained on, and its pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from motionclip_blender.core.pack import Pack
from tests.paths import ROOT
from training.data.captions import load_captions
from training.data.splits import is_test
from training.data.wordings import wordings
from training.evaluation.showcase import PICTURES, also_captions, lists, main, nearest, page, parts, prompts, shrink

DOCS = ROOT / "docs"


def plain(text: str) -> str:
    """Removes what makes no difference: case, punctuation, an article at the front."""
    return re.sub(r"^(a|an|the) ", "", re.sub(r"[^\w\s'-]", "", text.lower()).strip())


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {plain(wording) for wording in wordings()}


def listed() -> list[str]:
    return [prompt for of_list in lists().values() for prompt in of_list["prompts"]]


def test_no_prompt_is_a_caption(known):
    assert not [prompt for prompt in prompts().values() if plain(prompt) in known]
    assert [prompt for prompt in listed() if plain(prompt) in known] == also_captions()
    assert set(also_captions()) <= set(lists()["paper"]["prompts"])


def test_how_many_there_are_and_none_twice():
    assert [len(of_list["prompts"]) for of_list in lists().values()] == [21, 40, 40]
    every = [plain(prompt) for prompt in (*prompts().values(), *listed())]
    assert len(set(every)) == len(every)


def test_wordings_of_held_out_clips_are_not_among_those_trained_on():
    spans = load_captions()
    said = {held: {c for s in spans if is_test(s.clip, "unseen:kaykit") == held for c in s.captions} for held in (0, 1)}
    assert said[1] - said[0] and not (said[1] - said[0]) & wordings("unseen:kaykit")
    assert said[0] | said[1] <= wordings()


def test_every_prompt_has_its_sheet_and_the_page_shows_it():
    written = (DOCS / "prompts.md").read_text()
    for action, prompt in prompts().items():
        assert (DOCS / PICTURES / f"{action}.png").is_file()
        assert prompt in written and f"images/prompts/{action}.png" in written


def test_every_picture_of_the_page_is_there_and_none_is_left_over():
    shown = set(re.findall(r"\]\(images/prompts/(.*?)\)", (DOCS / "prompts.md").read_text()))
    there = {path.name: path.stat().st_size for path in (DOCS / PICTURES).iterdir()}
    assert shown == set(there) and max(there.values()) < 300_000


def test_a_list_is_shown_in_pictures_of_about_as_many_rows():
    rows = [len(shown) for shown in parts("paper", lists()["paper"]["prompts"]).values()]
    assert rows == [7, 7, 7]


def test_the_page_names_every_prompt_with_its_nearest_wording():
    found = {prompt: (f"like {i}", i / 200) for i, prompt in enumerate(listed())}
    text = page(Pack.load(), 60, 1234, found)
    for prompt, (wording, cosine) in found.items():
        assert f"| {prompt} | {wording} | {cosine:.2f} |" in text
    for name, of_list in lists().items():
        assert all(f"(images/prompts/{picture})" in text for picture in parts(name, of_list["prompts"]))
    assert "1,234" in text and Pack.load().version in text


def test_nearest_is_what_means_about_the_same():
    found = nearest(["speed skating", "Jump"], ["sleeping", "jump", "ice skating"])
    assert found["speed skating"][0] == "ice skating" and 0.5 < found["speed skating"][1] < 0.99
    assert found["Jump"] == ("jump", pytest.approx(1.0, abs=1e-4))


def test_a_shrunk_picture_is_small_and_looks_the_same(tmp_path: Path):
    image = pytest.importorskip("PIL.Image")
    np = pytest.importorskip("numpy")
    across = np.linspace(0, 255, 700)
    noise = np.random.default_rng(0).normal(0, 4, (700, 700, 3))
    grey = (across[None, :, None] + noise).clip(0, 255).astype(np.uint8)
    path = tmp_path / "picture.png"
    image.fromarray(grey).save(path)
    before = path.stat().st_size
    shrink(path)
    assert path.stat().st_size < 300_000 < before
    assert np.abs(np.asarray(image.open(path).convert("RGB")).astype(float) - grey).mean() < 8


@pytest.mark.slow
def test_the_command_draws_one_list_and_writes_the_page(tmp_path: Path, monkeypatch):
    few = {"sports": {"title": "Sports", "prompts": ["lacrosse", "hula hoop"]}}
    monkeypatch.setattr("training.evaluation.showcase.lists", lambda: few)
    monkeypatch.setattr("training.evaluation.showcase.wordings", lambda split: {"hula", "tennis"})
    assert main(["--out", str(tmp_path), "--only", "sports", "--frames", "20"]) == 0
    assert [path.name for path in (tmp_path / PICTURES).iterdir()] == ["sports_1.png"]
    assert "| hula hoop | hula |" in (tmp_path / "prompts.md").read_text()
