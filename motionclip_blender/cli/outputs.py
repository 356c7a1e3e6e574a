"""Names the files that will be written, and checks them before the work begins."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..core.errors import UserError
from ..core.files import same_file

_FILE_NAME_BYTES = 80


def outputs_of(given: argparse.Namespace, endings: Mapping[str, str], usual: str, title: str) -> dict[str, Path]:
    """Returns the files to write by option; without any a new one for the option `usual`, named by the title.

    endings: by option. Raises `UserError` for a name that ends otherwise.
    """
    outputs = {name: Path(getattr(given, name)) for name in endings if getattr(given, name) is not None}
    for name, path in outputs.items():
        if path.suffix.lower() != endings[name]:
            raise UserError(
                f"--{name} writes a {endings[name]} file, not {str(path)!r}; end its name in {endings[name]}."
            )
    return outputs or {usual: free_name(title, endings[usual])}


def free_name(title: str, suffix: str) -> Path:
    """Returns the name of a new file, made from the title, so that no file is replaced unasked. suffix: ".blend"."""
    slug = slug_of(title, "-")
    path, count = Path(f"{slug}{suffix}"), 1
    while path.exists():
        count += 1
        path = Path(f"{slug}-{count}{suffix}")
    return path


def slug_of(title: str, between: str) -> str:
    """Returns the words of a title for a file's name, in lower case, without signs. between: what joins them."""
    words = between.join("".join(c if c.isalnum() else " " for c in title.lower()).split())
    return words.encode()[:_FILE_NAME_BYTES].decode(errors="ignore").strip(between)


def numbered(path: Path, stops: int) -> list[Path]:
    """Returns the files of an output that holds one motion: the file itself, or a numbered file for each of `stops`."""
    return [path.with_name(f"{path.stem}-{i}{path.suffix}") for i in range(1, stops + 1)] or [path]


def check_apart(written: Mapping[str, Sequence[Path]], read: Sequence[Path]) -> None:
    """Raises `UserError` for a file that would be written twice, or would replace a file that is read.

    written: the files to write, by option.
    """
    before: list[tuple[str, Path]] = []
    for option, files in written.items():
        for file in files:
            if any(same_file(file, source) for source in read):
                raise UserError(f"{option} would replace {file}, which is read; write to another file.")
            for other, path in before:
                if same_file(file, path):
                    raise UserError(f"{other} and {option} would both write {file}; give each a file of its own.")
            before.append((option, file))
