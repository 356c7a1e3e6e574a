"""Files of settings that cannot be."""

from __future__ import annotations

import pytest

from motionclip_blender.core.errors import UserError
from training.autoencoder.config import TrainConfig, presets


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"stepps": 3}', "stepps"),
        ('{"image": "nearest"}', "image cannot be 'nearest'; choose one of random, caption, pose"),
        ('{"image": "pose", "split": "amass"}', "poses of shards are not compared with rest"),
        ('{"images": 0}', "images must be 1 or more, not 0"),
        ('{"views": "some"}', "views cannot be 'some'; choose one of one, all"),
        ('{"across": 1.5}', "across is a share of the windows, from 0 to 1, not 1.5"),
        ('{"foreign": -0.1}', "foreign is a share of the windows, from 0 to 1, not -0.1"),
        ('{"foreign_merged": 2}', "foreign_merged is a chance, from 0 to 1, not 2"),
        ('{"foreign_rest": 90}', "foreign_rest is degrees, from 0 to 45, not 90"),
        ('{"foreign_travel": 0.5}', "foreign_travel is 1 or more, and foreign_tremble from 0 to 1"),
        ('{"foreign": 0.5, "split": "amass"}', "windows of shards are read as they are; leave foreign out"),
        ('{"most_of_class": 0}', "most_of_class and most_of_source are more than 0; 1 sets no limit"),
        ('{"across": "often"}', 'across must be a number, not "often"'),
        ('{"steps": "many"}', 'steps must be a whole number, not "many"'),
        ('{"steps": true}', "steps must be a whole number, not true"),
        ('{"steps": null}', "steps must be a whole number, not null"),
        ('{"steps": 800.0}', "steps must be a whole number, not 800.0"),
        ('{"learning_rate": NaN}', "learning_rate must be a number, not NaN"),
        ('{"learning_rate": 1e999}', "learning_rate must be a number, not Infinity"),
        ('{"learning_rate": 1' + "0" * 400 + "}", "learning_rate must be a number, not 1000"),
        ('{"augment": 1}', "augment must be true or false, not 1"),
        ('{"clip": 3}', "clip must be a text, not 3"),
        ('{"split": 3}', "split must be a text or null, not 3"),
        ('{"kind": []}', r"kind must be a text, not \[\]"),
        ('{"frames": 60}', "frames must be a list of 2, not 60"),
        ('{"frames": [1, 2, 3]}', r"frames must be a list of 2, not \[1, 2, 3\]"),
        ('{"frames": [[20], 60]}', r"each of frames must be a whole number, not \[20\]"),
        ('{"joints": "pelvis"}', 'joints must be a list, not "pelvis"'),
        ('{"joints": [["pelvis"]]}', r'each of joints must be a text, not \["pelvis"\]'),
        ('{"joints": ["pelvis", "pelvis"]}', "joints names one joint or more, each once"),
        ('{"joints": []}', "joints names one joint or more"),
        ('{"loss": 3}', "loss must be a JSON object, not 3"),
        ('{"loss": {"text": "much"}}', 'loss.text must be a number, not "much"'),
        ('{"loss": {"txt": 1}}', 'there is no field "loss.txt"'),
        ('{"loss": {"text": -1}}', "text must be 0 or more, not -1"),
        ('{"warmup": -1}', "warmup must be 0 or more, not -1"),
        ('{"log_every": 0}', "log_every must be 1 or more, not 0"),
        ('{"heads": 3}', "width, 256, must be a multiple of heads, 3"),
        ("[]", "it is no JSON object"),
        ("[" * 100_000, "too deeply within each other"),
        ('{"steps": ' + "[" * 90 + "]" * 90 + "}", r"steps must be a whole number, not \[+\.\.\."),
    ],
)
def test_a_file_with_a_wrong_key_or_value(tmp_path, text, why):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UserError, match=why):
        TrainConfig.load(tmp_path / "c.json")


@pytest.mark.parametrize("preset", presets())
def test_what_a_run_keeps_is_read_again(tmp_path, preset: str):
    config = TrainConfig.load(None, preset)
    config.save(tmp_path / "config.json")
    assert TrainConfig.load(tmp_path / "config.json") == config


def test_the_preset_of_all_collections():
    full, default = (TrainConfig.load(None, name) for name in ("full", "default"))
    assert full.split == "people" and full.more and full.steps == 12_000 and full.foreign == 0.5
    assert full.network() == default.network() and full.loss == default.loss
    assert (default.split, default.more, default.foreign, default.most_of_class) == ("held-out", False, 0.0, 1.0)
