"""Folders of tiny films, which need not be rendered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

PROMPTS = ("pole vault", "walk happy", "BMX racing", "a </script> & 'more'")


def write_film(path: Path, content: bytes = b"") -> None:
    """Writes a file that begins as an MP4 does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\0\0\0\x20ftypisom" + content)


@pytest.fixture
def film_folders(tmp_path: Path) -> Callable[[str], str]:
    """Makes a folder of films of `PROMPTS` by its name, and returns its path."""

    def make(name: str) -> str:
        for number, prompt in enumerate(PROMPTS, 1):
            text = prompt.replace("/", " ").replace(" ", "_")
            write_film(tmp_path / name / f"{number:04}_{text}.mp4", f"{name} {prompt}".encode())
        return str(tmp_path / name)

    return make


@pytest.fixture
def prompts_file(tmp_path: Path) -> Path:
    path = tmp_path / "prompts.txt"
    path.write_text("\n".join(PROMPTS))
    return path
