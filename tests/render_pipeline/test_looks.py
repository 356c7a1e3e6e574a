"""Looks are drawn from the configuration alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from render_pipeline.looks import NAMES, Look, Looks, zones_of

ZONES = ("skin", "hair", "lips")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_draws_the_same_look(name: str):
    looks = Looks.load(name)
    first, second = (looks.draw(np.random.default_rng(3)) for _ in range(2))
    assert first == second
    assert Look(**first.as_json()) == first


def test_the_paper_s_look_is_always_the_same():
    looks = Looks.load("paper")
    assert looks.draw(np.random.default_rng(1)) == looks.draw(np.random.default_rng(2))
    assert looks.draw(np.random.default_rng(1)).background == (1.0, 1.0, 1.0)


def test_the_varied_look_varies_in_everything():
    looks = Looks.load("varied")
    drawn = [looks.draw(np.random.default_rng(seed)).as_json() for seed in range(40)]
    for key in drawn[0]:
        assert len({str(look[key]) for look in drawn}) > 1, key
    assert len({look["colours"]["skin"] for look in drawn}) == 40


def test_a_configuration_replaces_single_keys(tmp_path: Path):
    config = tmp_path / "mine.toml"
    config.write_text('[camera]\nazimuth = 90\n[colours]\nhair = "#ff0000"\n')
    mine, shipped = Looks.load("varied", config), Looks.load("varied")
    look = mine.draw(np.random.default_rng(0))
    assert look.azimuth == 90
    assert look.colours["hair"] == (1.0, 0.0, 0.0)
    changed = [
        (section, key)
        for section, keys in shipped.config.items()
        for key in keys
        if mine.config[section][key] != keys[key]
    ]
    assert changed == [("camera", "azimuth"), ("colours", "hair")]
    assert {section: list(keys) for section, keys in mine.config.items()} == {
        section: list(keys) for section, keys in shipped.config.items()
    }


def test_numbers_beyond_reason_are_put_to_their_bounds(tmp_path: Path):
    config = tmp_path / "mine.toml"
    config.write_text("[camera]\nelevation = { normal = [500, 1] }\n")
    assert Looks.load("paper", config).draw(np.random.default_rng(0)).elevation == 85


def test_the_body_s_zones_and_the_look_s_can_be_coloured(tmp_path: Path, open_body: Body, small_body: Body):
    config = tmp_path / "mine.toml"
    config.write_text("[colours]\n" + "".join(f"{zone} = '#ffffff'\n" for zone in zones_of(open_body)))
    looks = Looks.load("paper", config, zones_of(open_body))
    assert tuple(looks.draw(np.random.default_rng(0)).colours) == zones_of(open_body)
    assert zones_of(small_body) == ("skin",)
    config.write_text("[colours]\nshirt = '#ffffff'\n")
    Looks.load("varied", config, zones_of(small_body))
    with pytest.raises(UserError, match="no key shirt; it has skin"):
        Looks.load("paper", config, zones_of(small_body))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[camra]\nazimuth = 1", "no section [camra]"),
        ("[camera]\nazimut = 1", "no key azimut"),
        ("[colours]\nskni = '#ffffff'", "[colours] has no key skni; it has skin, hair, lips"),
        ("azimuth = 1", "outside a section"),
        ("[camera]\nazimuth = { gamma = [1, 2] }", "camera.azimuth"),
        ("[camera]\nazimuth = { uniform = [1] }", "camera.azimuth"),
        ("[camera]\nazimuth = 'front'", "camera.azimuth"),
        ("[camera]\nazimuth = { uniform = [nan, 3] }", "camera.azimuth holds nan or inf; give finite numbers"),
        ("[camera]\nmargin = inf", "camera.margin holds nan or inf"),
        ("[camera]\nmargin = { choice = [0.1, 0.2, nan] }", "camera.margin holds nan or inf"),
        ("[colours]\nhair = { hsv = [[0, -inf], [0, 1], [0, 1]] }", "colours.hair holds nan or inf"),
        ("[colours]\nskin = '#ffffff'\nlips = { of = 'skin', times = [1, nan, 1] }", "colours.lips holds nan or inf"),
        ("[camera]\nazimuth = { uniform = [-1e308, 1e308] }", "camera.azimuth"),
        (f"[camera]\nazimuth = {10**400}", "camera.azimuth"),
        ("[camera]\nazimuth = 'nan'", "camera.azimuth"),
        ("[light]\nstudio = 'moon.sl'", "moon.sl"),
        ("[background]\nfloor = 3", "background.floor"),
        ("[background]\ncolour = 'white'", "background.colour"),
        ("[colours]\nlips = { of = 'nose', times = [1, 1, 1] }", "nose"),
        ("[camera", "no TOML file"),
    ],
)
def test_a_bad_configuration_is_refused_with_a_sentence(tmp_path: Path, text: str, sentence: str):
    config = tmp_path / "mine.toml"
    config.write_text(text)
    with pytest.raises(UserError) as refused:
        Looks.load("paper", config, ZONES)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_configuration_is_named(tmp_path: Path):
    with pytest.raises(UserError, match="nothing.toml"):
        Looks.load("paper", tmp_path / "nothing.toml")
