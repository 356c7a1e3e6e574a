"""A pack is given other captions, and stays what it is otherwise."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.networks import network_arrays, pack_arrays
from motionclip_blender.core.pack import Pack
from training.autoencoder import recaption
from training.data.captions import CaptionedSpan

SPANS = [
    CaptionedSpan("a/whirl", "spin", ("whirls around", "a dancer turns and turns"), True, "hold"),
    CaptionedSpan("a/left", "wave", ("greets with the left hand",), True, "repeat"),
]


@pytest.fixture
def other_captions(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("embeddings", "recaption"):
        monkeypatch.setattr(f"training.autoencoder.{module}.trained_spans", lambda *_, **__: SPANS)
    monkeypatch.setattr(recaption, "wordings", lambda *_: ["whirls around"])


def test_the_network_stays_and_the_wordings_are_new(tmp_path, other_captions):
    shipped = Pack.load()
    pack = recaption.recaption(shipped, tmp_path / "pack", "9.9", texts=False)
    assert pack.version == "9.9" and pack.info["captions"] == 1 and "figures" not in pack.info
    assert not pack.details_path.exists() and not pack.class_means_path.exists()
    ours, theirs = (network_arrays(each, pack_arrays(each)) for each in (pack, shipped))
    assert ours.keys() == theirs.keys()
    old, new = Engine(shipped.folder, compute="numpy"), Engine(pack.folder, compute="numpy")
    latents = old.encode_texts(["a person walks", "sits"])
    np.testing.assert_allclose(new.encode_texts(["a person walks", "sits"]), latents, atol=1e-6)
    for a, b in zip(old.decode_plainly(latents, 40), new.decode_plainly(latents, 40), strict=True):
        np.testing.assert_allclose(a.rotations, b.rotations, atol=2e-3)
    assert len(new.retrieval) == 4 and new.retrieval.motion_of(new.encode_text("greets with the right hand")) == 3
    if shipped.image is not None:
        assert pack.image_path.read_bytes() == shipped.image_path.read_bytes()


def test_a_pack_is_not_written_over_itself(tmp_path):
    shipped = Pack.load()
    with pytest.raises(UserError, match="choose another folder"):
        recaption.recaption(shipped, shipped.folder, "9.9")
