"""The page of prompts in other words than the captions, and its pictures."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.prompt_plan.wording_index import WordingIndex
from tests.paths import ROOT
from training.data.captions import load_captions
from training.data.splits import is_test
from training.data.wordings import wordings
from training.evaluation.showcase import PICTURES, also_captions, answers, lists, main, page, parts, prompts, shrink

DOCS = ROOT / "docs"


def plain(text: str) -> str:
    """Removes what makes no difference: case, punctuation, an article at the front."""
    return re.sub(r"^(a|an|the) ", "", re.sub(r"[^\w\s'-]", "", text.lower()).strip())


@pytest.fixture(scope="module")
def known() -> set[str]:
    return {plain(wording) for wording in wordings(more=True)}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def listed() -> list[str]:
    return [prompt for of_list in lists().values() for prompt in of_list["prompts"]]


def test_no_prompt_is_a_caption(known):
    assert not [prompt for prompt in prompts().values() if plain(prompt) in known]
    assert [prompt for prompt in listed() if plain(prompt) in known] == also_captions()


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


def test_the_page_names_every_prompt_with_the_wording_that_answers_it():
    found = {prompt: (f"like {i}", i / 200) for i, prompt in enumerate(listed())}
    judged = {"verdict": "wrong", "said": "hops backward -> hops"}
    kinds = {"directions": {"right": 1, "partly": 0, "wrong": 1, "refused": 0}}
    read = {"kinds": kinds, "prompts": {"hops backward": judged, "walks back": judged | {"verdict": "right"}}}
    text = page(Pack.load(), 60, 1234, found, read)
    assert (
        "| directions | 2 | 50 | 0 | 50 | 0 |" in text and "| hops backward | wrong | hops backward as hops |" in text
    )
    assert "walks back" not in text and "Prompts that are read" not in page(Pack.load(), 60, 1234, found)
    for prompt, (wording, cosine) in found.items():
        shown = f"**{prompt}** (a caption)" if prompt in also_captions() else prompt
        assert f"| {shown} | {wording} | {cosine:.2f} |" in text
    for name, of_list in lists().items():
        assert all(f"(images/prompts/{picture})" in text for picture in parts(name, of_list["prompts"]))
    assert "1,234" in text and Pack.load().version in text


def test_the_written_page_is_that_of_the_pack_that_ships(engine):
    """Written anew by `python -m training showcase --text-only`."""
    text = page(engine.pack, 60, len(engine.retrieval), answers(engine, listed()))
    without_cosines = re.compile(r" 0\.\d\d \|$", re.MULTILINE)  # of which the last digit may differ between processors
    written, read, _ = (DOCS / "prompts.md").read_text().partition("\n## Prompts that are read\n")
    assert without_cosines.sub("", text) == without_cosines.sub("", written) and read


@pytest.mark.slow
def test_a_prompt_is_answered_by_a_wording_of_the_motion_that_is_decoded(engine):
    retrieval = engine.retrieval
    texts = WordingIndex.load(engine.pack, retrieval).texts
    found = answers(engine, listed())
    assert found["Walk"] == ("walk", pytest.approx(1.0, abs=1e-3))
    alike = retrieval.direction(engine.encode_texts(listed())) @ retrieval.directions.T
    others = 0
    for prompt, latent, of_prompt in zip(listed(), engine.prompt_latents(listed()), alike, strict=True):
        motions = {int(retrieval.motions[row]) for row, text in enumerate(texts) if text == found[prompt][0]}
        rows = np.flatnonzero(np.isin(retrieval.motions, list(motions)))
        # what is decoded is a mean of that motion's wordings
        wordings = np.stack(
            [retrieval.latent(int(retrieval.motions[r]), 1.0 * (np.arange(len(texts)) == r)) for r in rows]
        )
        shares, *_ = np.linalg.lstsq(wordings.T, latent, rcond=None)
        assert np.linalg.norm(wordings.T @ shares - latent) < 1e-2 * np.linalg.norm(latent), prompt
        others += int(retrieval.motions[of_prompt.argmax()]) not in motions
    assert others > 10  # the nearest wording of all is often another motion's


def test_a_pack_that_answers_by_no_wordings_is_refused(tmp_path: Path, engine):
    folder = tmp_path / "pack"
    shutil.copytree(engine.pack.folder, folder)
    (folder / "details.safetensors").unlink(missing_ok=True)  # which are of the wordings' motions
    told = json.loads((folder / "pack.json").read_text())
    (folder / "pack.json").write_text(json.dumps(told | {"checksums": {}}))
    weights = load_file(engine.pack.weights_path)
    save_file({n: a for n, a in weights.items() if not n.startswith("prompts.")}, folder / "weights.safetensors")
    with pytest.raises(UserError, match="by no wordings"):
        answers(Engine(folder), ["Walk"])


def test_a_shrunk_picture_is_small_and_looks_the_same(tmp_path: Path):
    image = pytest.importorskip("PIL.Image")
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
    assert main(["--out", str(tmp_path), "--only", "sports", "--frames", "20"]) == 0
    assert [path.name for path in (tmp_path / PICTURES).iterdir()] == ["sports_1.png"]
    assert "| lacrosse | volleyball |" in (tmp_path / "prompts.md").read_text()
