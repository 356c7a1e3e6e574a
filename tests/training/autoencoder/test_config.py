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
        ('{"across": "often"}', "is not a training configuration"),
    ],
)
def test_a_file_with_a_wrong_key_or_value(tmp_path, text, why):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UserError, match=why):
        TrainConfig.load(tmp_path / "c.json")
