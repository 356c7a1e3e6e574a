"""Packs and folders of films, told apart; films are found by their prompts."""

from __future__ import annotations

from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import DEFAULT_FOLDER
from training.study.sources import FilmSource, PackSource, source_of

from .conftest import write_film


def test_the_pack_that_ships_has_one_identity_by_name_and_by_folder():
    by_name, by_folder = source_of("default", []), source_of(str(DEFAULT_FOLDER), [])
    assert isinstance(by_name, PackSource) and by_name.identity == by_folder.identity


@pytest.mark.parametrize(
    "name", ["pole vault.mp4", "Pole_Vault.MP4", "0012_pole_vault.mp4", "7 pole-vault!.mp4", "pole vault.webm"]
)
def test_a_film_is_found_by_its_prompt(tmp_path: Path, name: str):
    write_film(tmp_path / name)
    if name.endswith("webm"):
        (tmp_path / name).write_bytes(b"\x1aE\xdf\xa3 and more")
    source = source_of(str(tmp_path), ["pole vault"])
    assert isinstance(source, FilmSource) and source.film("pole vault").name == name
    assert source.ending("pole vault") == Path(name).suffix.lower()


def test_a_number_at_the_front_may_be_the_prompts_own(tmp_path: Path):
    write_film(tmp_path / "100 metres.mp4")
    assert source_of(str(tmp_path), ["100 metres"]).film("100 metres").name == "100 metres.mp4"


def test_the_identity_of_a_folder_changes_with_its_films_alone(tmp_path: Path):
    write_film(tmp_path / "a" / "wave.mp4")
    write_film(tmp_path / "b" / "0001_wave.mp4")
    write_film(tmp_path / "b" / "another.mp4", b"x")
    one, other = (source_of(str(tmp_path / name), ["wave"]) for name in "ab")
    assert one.identity == other.identity
    write_film(tmp_path / "b" / "0001_wave.mp4", b"x")
    assert source_of(str(tmp_path / "b"), ["wave"]).identity != one.identity


def test_bad_places(tmp_path: Path):
    with pytest.raises(UserError, match="no pack and no folder of films"):
        source_of(str(tmp_path / "none"), ["wave"])
    with pytest.raises(UserError, match=r"holds no pack\.json and no films"):
        source_of(str(tmp_path), ["wave"])
    (tmp_path / "pack.json").write_text("{")
    with pytest.raises(UserError, match="damaged"):
        source_of(str(tmp_path), ["wave"])


def test_missing_films_are_named(tmp_path: Path):
    write_film(tmp_path / "wave.mp4")
    prompts = ["wave", *(f"sport {letter}" for letter in "abcdefg")]
    with pytest.raises(UserError, match=r"lacks the films of 7 of 8 prompts \(sport a, .*sport e \.\.\.\)"):
        source_of(str(tmp_path), prompts)


def test_two_films_of_one_prompt(tmp_path: Path):
    write_film(tmp_path / "wave.mp4")
    write_film(tmp_path / "0001_Wave.mp4")
    with pytest.raises(UserError, match="2 films of 'wave'"):
        source_of(str(tmp_path), ["wave"])


@pytest.mark.parametrize("content", [b"", b"not a film at all", b"\0\0"])
def test_a_file_that_is_no_film(tmp_path: Path, content: bytes):
    (tmp_path / "wave.mp4").write_bytes(content)
    with pytest.raises(UserError, match="is no mp4 film"):
        source_of(str(tmp_path), ["wave"])
