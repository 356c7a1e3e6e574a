"""A pack is given other captions, and stays what it is otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import network_arrays, pack_arrays
from motionclip_blender.core.pack import Pack
from tests.training.autoencoder.small_run import captioned
from training.autoencoder import recaption
from training.data.captions import CaptionedSpan
from training.data.wordings import trained_with

SPANS = [
    CaptionedSpan("a/whirl", "spin", ("whirls around", "a dancer turns and turns"), True, "hold"),
    CaptionedSpan("a/left", "wave", ("greets with the left hand",), True, "repeat"),
]


@pytest.fixture
def other_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    captioned(monkeypatch, SPANS)


def test_the_network_stays_and_the_wordings_are_new(tmp_path, other_captions):
    shipped = Pack.load()
    pack = recaption.recaption(shipped, tmp_path / "pack", "9.9", texts=False)
    assert pack.version == "9.9" and pack.info["captions"] == 4 and "figures" not in pack.info
    assert not pack.details_path.exists() and not pack.class_means_path.exists()
    ours, theirs = (network_arrays(each, pack_arrays(each)) for each in (pack, shipped))
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
    old, new = Engine(shipped.folder, compute="numpy"), Engine(pack.folder, compute="numpy")
    latents = old.encode_texts(["a person walks", "sits"])
    np.testing.assert_array_equal(new.encode_texts(["a person walks", "sits"]), latents)
    for a, b in zip(old.decode_plainly(latents, 40), new.decode_plainly(latents, 40), strict=True):
        np.testing.assert_array_equal(a.rotations, b.rotations)
    assert len(new.retrieval) == 4 and new.retrieval.motion_of(new.encode_text("greets with the right hand")) == 3
    if shipped.image is not None:
        assert pack.image_path.read_bytes() == shipped.image_path.read_bytes()


def test_a_pack_of_clips_as_they_are_is_given_no_captions_of_others(tmp_path, monkeypatch: pytest.MonkeyPatch):
    asked = []
    for module in ("data.wordings", "autoencoder.write_pack"):
        monkeypatch.setattr(f"training.{module}.trained_spans", lambda *given: asked.append(given) or SPANS)
    shipped = Pack.load()
    plain = replace(shipped, info=shipped.info | {"augment": False})
    pack = recaption.recaption(plain, tmp_path / "pack", "9.9", texts=False)
    assert pack.info["augment"] is False and set(asked) == {("people", False, True, ())}
    assert trained_with(shipped.info) == ("people", True, True, ())  # which does not say it


def test_a_pack_is_not_written_over_itself(tmp_path):
    shipped = Pack.load()
    with pytest.raises(UserError, match="choose another folder"):
        recaption.recaption(shipped, shipped.folder, "9.9")
