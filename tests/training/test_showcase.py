"""The pictures in docs/ show prompts that nobody trained on."""

from __future__ import annotations

from pathlib import Path

from training.captions import load_captions
from training.showcase import prompts

DOCS = Path(__file__).parents[2] / "docs"


def test_no_prompt_is_a_caption():
    captions = {caption.lower() for span in load_captions() for caption in span.captions}
    assert not {prompt.lower() for prompt in prompts().values()} & captions


def test_every_prompt_has_its_sheet_and_the_page_shows_it():
    page = (DOCS / "prompts.md").read_text()
    for action, prompt in prompts().items():
        assert (DOCS / "images" / "prompts" / f"{action}.png").is_file()
        assert prompt in page and f"images/prompts/{action}.png" in page
