"""Files of settings that cannot be."""

from __future__ import annotations

import pytest

from motionclip_blender.core.errors import UserError
from training.autoencoder.config import TrainConfig


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"stepps": 3}', "stepps"),
        ('{"image": "nearest"}', "image cannot be 'nearest'; choose one of random, caption"),
        ('{"across": 1.5}', "across is a share of the windows, from 0 to 1, not 1.5"),
        ('{"foreign": -0.1}', "foreign is a share of the windows, from 0 to 1, not -0.1"),
        ('{"foreign_merged": 2}', "foreign_merged is a chance, from 0 to 1, not 2"),
        ('{"foreign_rest": 90}', "foreign_rest is degrees, from 0 to 45, not 90"),
        ('{"foreign_travel": 0.5}', "foreign_travel is 1 or more, and foreign_tremble from 0 to 1"),
        ('{"foreign": 0.5, "split": "amass"}', "windows of shards are read as they are; leave foreign out"),
        ('{"most_of_class": 0}', "most_of_class and most_of_source are more than 0; 1 sets no limit"),
        ('{"across": "often"}', "is not a training configuration"),
    ],
)
def test_a_file_with_a_wrong_key_or_value(tmp_path, text, why):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UserError, match=why):
        TrainConfig.load(tmp_path / "c.json")


def test_the_preset_of_all_collections():
    full, default = (TrainConfig.load(None, name) for name in ("full", "default"))
    assert full.split == "people" and full.more and full.steps == 12_000 and full.foreign == 0.5
    assert full.network() == default.network() and full.loss == default.loss
    assert (default.split, default.more, default.foreign, default.most_of_class) == ("held-out", False, 0.0, 1.0)
