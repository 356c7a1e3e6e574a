"""Writes the tables as `evaluation.html` beside the pictures, and into a Markdown file."""

from __future__ import annotations

import html
import re
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole

from .tables import Part, Table, sections

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 62em; padding: 0 1em; color: #222; }
table { border-collapse: collapse; margin: 1em 0; } img { max-width: 100%; }
th, td { padding: .25em .8em; text-align: right; border-bottom: 1px solid #ddd; }
th:first-child, td:first-child { text-align: left; } small { color: #666; }
"""


def page(found: dict, pictures: dict[str, str]) -> str:
    """Returns the HTML page of the evaluation's JSON `found`. pictures: section -> file name beside the page."""
    lines = ["<!doctype html><meta charset=utf-8><title>Evaluation</title>", f"<style>{_STYLE}</style>"]
    for name, (title, parts) in sections(found).items():
        lines.append(f"<h2>{title}</h2>")
        if name in pictures:
            lines.append(f'<img src="{pictures[name]}" alt="{title}">')
        lines += [_html(part) for part in parts]
    return "\n".join(lines) + "\n"


def _html(part: Part) -> str:
    if isinstance(part, str):
        return f"<p><small>{html.escape(part)}</small>"
    rows = [("th", part.head), *(("td", row) for row in part.rows)]
    return "<table>" + "\n".join(
        "<tr>" + "".join(f"<{tag}>{html.escape(cell)}" for cell in cells) for tag, cells in rows
    ) + "</table>"  # fmt: skip


def fill(found: dict, path: Path) -> None:
    """Puts the tables into the Markdown file `path`, each between `<!-- NAME -->` and `<!-- /NAME -->`.

    Sections without marks in the file, and marks without a section in `found`, are left as they are.
    Raises `UserError` when the file cannot be read or written, or has no mark of a section in `found`.
    """
    try:
        text = before = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"Cannot read {path}; name a Markdown file with marks such as <!-- recognition -->.") from error
    marked = False
    for name, (_, parts) in sections(found).items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        marked = marked or bool(block.search(text))
        filled = "\n\n".join(_markdown(part) for part in parts)
        text = block.sub(lambda match, filled=filled: f"{match[1]}\n{filled}\n\n{match[2]}", text)
    if not marked:
        raise UserError(f"{path} has no marks such as <!-- recognition --> and <!-- /recognition -->; add some.")
    if text != before:
        with write_whole(path) as file:
            file.write(text.encode())


def _markdown(part: Part) -> str:
    if isinstance(part, Table):
        line = "|---" + "|---:" * (len(part.head) - 1) + "|"
        cells = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in (part.head, *part.rows)]
        head, *rows = (f"| {row} |" for row in cells)
        return "\n".join((head, line, *rows))
    return part
