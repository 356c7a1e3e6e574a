"""Writes the page that shows the pairs blind. It needs no network, no server and no other file but the films."""

from __future__ import annotations

import json
from pathlib import Path

from motionclip_blender.core.files import write_whole

from .lists import STYLES
from .pairs import Study

_HTML = Path(__file__).with_name("page.html")
_SCRIPT = Path(__file__).with_name("page.js")


def page(study: Study) -> str:
    """Returns the HTML page of a study. It tells of each pair which film is left and right, not whose they are."""
    told = {
        "study": study.study,
        "pairs": [
            {
                "pair": pair.pair,
                "prompt": pair.prompt,
                "question": _question(pair.list, pair.label),
                "left": pair.films[pair.left],
                "right": pair.films[pair.right],
            }
            for pair in study.pairs
        ],
    }
    # "<" would end the script where a prompt says "</script>"
    data = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    data = data.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    script = _SCRIPT.read_text(encoding="utf-8")
    before, between, after = _split(_HTML.read_text(encoding="utf-8"))
    return "".join((before, data, between, script, after))


def write_page(study: Study, folder: Path) -> Path:
    """Writes the page into `folder` and returns its path. Raises `UserError` if it cannot be written."""
    path = folder / "index.html"
    with write_whole(path) as file:
        file.write(page(study).encode())
    return path


def _question(of_list: str, label: str) -> str:
    return f"Which one looks more {label}?" if of_list == STYLES else "Which one fits the text better?"


def _split(html: str) -> tuple[str, str, str]:
    before, rest = html.split("/*STUDY*/")
    between, after = rest.split("/*SCRIPT*/")
    return before, between, after
