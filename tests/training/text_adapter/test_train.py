"""The training of the text adapter: states, losses, and that opposites come to lie apart."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.model.text_tower import TextTower
from training.data.captions import CaptionedSpan
from training.text_adapter import losses
from training.text_adapter.file import AdapterFile
from training.text_adapter.states import states_of
from training.text_adapter.texts import collected
from training.text_adapter.train import Draw, Settings, main, trained
from training.text_adapter.validate import adapted, found, parted
from training.text_tower import minilm

SMALL = {
    "steps": 40,
    "classes": 4,
    "heads": 2,
    "head_width": 16,
    "hidden": 32,
    "warmup": 5,
    "dropout": 0.0,
    "learning_rate": 5e-3,
}
WORDINGS = {
    "walk": ["walks forward", "a person walks ahead", "strolling along"],
    "walk_backward": ["walks backward", "a person walks in reverse", "steps back"],
    "sit_down": ["sits down on a chair", "takes a seat"],
    "stand_up": ["stands up from a chair", "leaves the seat"],
}


def spans() -> list[CaptionedSpan]:
    return [
        CaptionedSpan(f"{take}/{action}", action, tuple(said[i::2]), True, "hold")
        for action, said in WORDINGS.items()
        for i, take in enumerate("ab")
    ]


@pytest.fixture(scope="module")
def texts():
    return collected(spans())


@pytest.fixture(scope="module")
def states(texts):
    return states_of(texts.texts)


def test_states_are_those_of_the_tower_and_are_kept(texts, states, tmp_path, monkeypatch):
    tower = TextTower(minilm.SPEC, np.eye(384, dtype=np.float32))
    np.testing.assert_allclose(states.means, tower.embed(texts.texts), atol=2e-3)
    tokens, there = states.of(np.array([3, 0]))
    assert tokens.shape[:2] == there.shape and (tokens[~there] == 0).all()
    np.testing.assert_allclose(tokens[0][there[0]].mean(dim=0), states.means[3], atol=1e-5)
    cache = tmp_path / "kept.npz"
    first = states_of(texts.texts[:5], cache)
    computed = []
    monkeypatch.setattr("training.text_adapter.states._computed", lambda new: computed.append(new) or [])
    again = states_of(texts.texts[:5], cache)
    assert not computed and torch.equal(again.flat, first.flat)
    cache.write_bytes(cache.read_bytes()[:-100])
    with pytest.raises(ValueError):  # a damaged one is computed again, here of nothing
        states_of(texts.texts[:5], cache)
    assert len(computed[0]) == 5


def test_classes_are_told_apart_and_an_opposite_counts_in_its_own_class_alone():
    actions = torch.tensor([0, 0, 1, 1, 0])
    origin = torch.tensor([False, False, False, False, True])
    alone = torch.eye(5, dtype=torch.bool)
    apart = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1], [-1, 0]])

    def loss(of: torch.Tensor) -> float:
        return float(losses.of_classes(of @ of.T / 0.1, actions, origin, alone, 0.0))

    assert loss(apart) < loss(torch.ones(5, 2)) / 10
    near = apart.clone()
    near[4] = near[0]  # the opposite where its origin is
    assert loss(near) > loss(apart) + 0.2
    elsewhere = apart.clone()
    elsewhere[4] = apart[2]  # where another class is: nothing is said of that
    assert loss(elsewhere) == pytest.approx(loss(apart), abs=1e-3)
    same = alone.clone()
    same[0, 2] = same[2, 0] = True  # one text of two classes
    there = apart.clone()
    there[2] = apart[0]
    assert torch.isfinite(losses.of_classes(there @ there.T / 0.1, actions, origin, same, 0.1))


def test_wordings_of_one_motion_are_told_from_others_of_the_class():
    actions, spans, origin = torch.zeros(4, dtype=int), torch.tensor([0, 0, 1, 1]), torch.zeros(4, dtype=torch.bool)
    apart = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    assert losses.of_spans(apart @ apart.T / 0.1, actions, spans, origin) < 0.01
    assert losses.of_spans(torch.ones(4, 4), actions, spans, origin) > 1
    assert losses.of_spans(torch.ones(4, 4), actions, torch.arange(4), origin) == 0


def test_a_draw_has_pairs_and_opposites(texts):
    draw, random, seen = Draw(texts, np.arange(len(texts.texts)), Settings(**SMALL)), np.random.default_rng(0), 0
    for _ in range(20):
        rows = draw.rows(random)
        assert len(set(rows.tolist())) == len(rows)
        origins = texts.origin[rows][texts.origin[rows] >= 0]
        assert np.isin(origins, rows).all()
        seen += len(origins)
    assert seen


def test_an_adapter_brings_texts_of_a_class_together_and_is_the_same_each_time(texts, states):
    everything, settings = np.arange(len(texts.texts)), Settings(**SMALL)
    adapter = trained(texts, states, everything, settings)
    before, after = adapted(states, None), adapted(states, adapter)
    own = np.flatnonzero(texts.origin < 0)

    def closeness(embeddings: np.ndarray) -> float:
        directions = normalised(embeddings - embeddings[own].mean(axis=0))[own]
        cosines = directions @ directions.T
        same = texts.actions[own][:, None] == texts.actions[own]
        return float(cosines[same].mean() - cosines[~same].mean())

    assert closeness(after) > 1.4 * closeness(before)
    assert found(after, texts, own, own)["name"] > found(before, texts, own, own)["name"]
    again = trained(texts, states, everything, settings)
    for name, array in adapter.arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)


def test_parts_leave_whole_takes_out(texts):
    for part in range(5):
        rows, asked = parted(texts, part)
        assert not {texts.takes[i] for i in rows} & {texts.takes[i] for i in asked}
        assert texts.heard[asked].all() and np.isin(texts.named, rows).all()


def test_the_command_writes_a_file_that_loads(tmp_path, capsys):
    captions = tmp_path / "captions"
    captions.mkdir()
    lines = [
        {"clip": s.clip, "action": s.action, "captions": s.captions, "exemplar": True, "after": "hold"} for s in spans()
    ]
    (captions / "some.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "config.json").write_text(json.dumps(SMALL | {"steps": 3}))
    out = tmp_path / "adapter.safetensors"
    given = ["--out", str(out), "--captions", str(captions), "--config", str(tmp_path / "config.json")]
    assert main([*given, "--validate", "1"]) == 0
    adapter = AdapterFile.load(out)
    assert adapter.size.heads == 2 and adapter.digest[:8] in capsys.readouterr().out
    first = out.read_bytes()
    assert main(given) == 0 and out.read_bytes() == first
    with pytest.raises(UserError, match="no settings"):
        main([*given[:4], "--config", str(captions / "some.jsonl")])
    (captions / "some.jsonl").unlink()
    with pytest.raises(UserError, match="no captions"):
        main(given)
    (tmp_path / "config.json").write_text(json.dumps(SMALL | {"steps": "few"}))
    with pytest.raises(UserError, match='no settings of a text adapter .steps must be a whole number, not "few"'):
        main(given)


def test_a_file_of_something_else(tmp_path):
    for content in (b"", b"x" * 100):
        (tmp_path / "file").write_bytes(content)
        with pytest.raises(UserError, match="no text adapter"):
            AdapterFile.load(tmp_path / "file")
    with pytest.raises(UserError, match="cannot be read"):
        AdapterFile.load(tmp_path / "nothing")
