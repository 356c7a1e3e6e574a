# ruff: noqa: RUF001 (letters that look alike are what is tested)
"""CLIP's tokens beside those of open_clip's tokenizer, which needs ftfy and regex.

Texts that ftfy takes for wrongly decoded ones, such as "É²", are not among them: they are left as they are here.
"""

from __future__ import annotations

import json
import random
import unicodedata
from importlib.util import find_spec

import numpy as np
import pytest

from motionclip_blender.core.inference.clip_tokenizer import CONTEXT, FOLDER, MERGES, VOCABULARY, BytePairs, words
from motionclip_blender.core.inference.plain_text import plain
from tests.paths import ROOT

CAPTIONS = ROOT / "training" / "data" / "captions"

ODD = [
    "", " ", "\n", "a", "!", "0", "  two  spaces ", "A Person WALKS.", "jump", "don't",
    "they'll, we've; I'm: he'd", "DON'T it'S 'tis 'RE 've", "rock'n'roll", "it''s", "'s's't", "o'clock's",
    "123 4.5 ½ ² ³ Ⅷ ①", "x2 3D 360° 100%", "a_b __init__ snake_case", "a-b–c—d", "...!?!", "^_^ :-) ;) <3",
    "#hash @at $5 €6 £7", "a+b=c", "`x` |y| ~z", "C:\\path\\file.txt", "https://example.org/a?b=c&d=e",
    "me@example.org", "<b>bold</b> &amp; so", "&amp;", "&lt;b&gt;", "&AMP; &EACUTE; &eacute; &Eacute; &SZLIG;",
    "&amp;amp;amp;lt;", "&#39;s &#x1F600; &#0; &#xD800; &#99999999;", "&nbsp;&bogus; &ampersand &copy",
    "this&not that", "“curly” ‘single’ „low‟ ʼmod", "ﬁx ﬂuﬃeﬆ ﬅ Ǆ Ĳ ŉ", "ｗｉｄｅ　ＬＥＴＴＥＲＳ！",
    "ﾀｰﾝ ﾊﾝｶｸ", "naïve café Ångström", "e\u0301 vs é", "İstanbul ısı", "straße STRASSE ẞ", "ſ 'ſ", "人が歩く",
    "走る run 跑步", "걷다 걷는다", "Он идёт вперёд", "περπατάει ς Σ", "مشي سريع", "שלום", "कूदना", "เดิน",
    "🙂", "jumps🙂🙂!", "👩‍🚀👍🏽", "🏴󠁧󠁢󠁷󠁬󠁳󠁿 🇩🇪", "\ud83d\ude00 pair", "\ud800 lone",
    "tab\there\u00a0and\u200bthere\x07bell", "\ufeffbom", "soft\u00adhyphen", "zero\u200djoiner",
    "line\r\nbreak\rold\u2028sep\u2029par\x85next", "\x1b[31mred\x1b[0m", "\x80\x93quoted\x94",
    "<start_of_text>", "a <end_of_text> b", "<START_OF_TEXT>x", "<start_of_text", "!<end_of_text>",
    "supercalifragilisticexpialidocious", "x" * 300, "walk " * 120, "a" * 5000, "\u0345 a\u0345b",
    "\U0001d400 math", "²x³", "𐍈 gothic", "a\u0300\u0301\u0302", "１２３", "٣٤", "...'s", "'", "''", "\"", "-",
    "\\", "a'", "l'homme qu'il", "mother-in-law's",
]  # fmt: skip
PARTS = [
    "'s", "'S", "it's", "don't", "&amp;", "&lt;", "&#39;", "&#x1F600;", "&nbsp;", "&bogus;", "&amp;amp;lt;",
    "<start_of_text>", "<END_OF_TEXT>", "<b>", "\r\n", "\n", "\t", "\u3000", "ﬁ", "ﬅ", "ｗｉｄｅ", "“", "’",
    "é", "e\u0301", "ſ", "ﾀ", "人が歩く", "걷다", "🙂", "👩‍🚀", "123", "½", "Ⅷ", "_", "...", "?!", "—",
    "\u200b", "\x07", "\x1b[31m", "\ud800", "walk", "Walking", "ABC", "Он идёт", "कूदना", "مشي", "a", "'ll",
    "'", "'d've", "\xa0", " ", " ",
]  # fmt: skip


@pytest.fixture(scope="module")
def ours() -> BytePairs:
    return BytePairs.load()


@pytest.fixture(scope="module")
def theirs():
    if not find_spec("open_clip"):
        pytest.skip("needs open_clip_torch")
    from motionclip_blender.core.model.clip import _declare_torchvision_ops

    _declare_torchvision_ops()  # open_clip imports torchvision
    from open_clip.tokenizer import SimpleTokenizer

    return SimpleTokenizer()


def differing(ours: BytePairs, theirs, texts) -> list[str]:
    return [ascii(text) for text in texts if ours.tokens(text)[1:-1] != theirs.encode(text)]


def test_tokens_of_all_captions_are_open_clips(ours, theirs):
    texts = [
        text
        for path in sorted(CAPTIONS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        for text in json.loads(line)["captions"]
    ]
    assert len(texts) > 8000
    assert differing(ours, theirs, texts) == []


def test_tokens_of_odd_texts_are_open_clips(ours, theirs):
    rng = random.Random(0)
    mixed = ["".join(rng.choice(PARTS) + rng.choice(["", " "]) for _ in range(rng.randint(1, 8))) for _ in range(3000)]
    assert differing(ours, theirs, ODD + mixed) == []


def test_tokens_of_every_kind_of_letter_are_open_clips(ours, theirs):
    """All below the ideographs, and every fiftieth above."""
    codes = [*range(0x3400), *range(0x3400, 0x30000, 50), *range(0x1F000, 0x1FB00), *range(0xE0000, 0xE0200)]
    texts = [f"a{chr(code)}b {chr(code)}" for code in codes if unicodedata.category(chr(code)) not in ("Cn", "Co")]
    assert differing(ours, theirs, texts) == []


@pytest.mark.parametrize("longest", [CONTEXT, 10])
def test_rows_of_tokens_are_open_clips(ours, theirs, longest):
    rows = ours.batch(ODD, longest)
    expected = theirs(ODD, longest).numpy()
    assert np.array_equal(rows, expected[:, : rows.shape[1]]) and not expected[:, rows.shape[1] :].any()


def test_rows_are_as_long_as_their_longest(ours):
    assert ours.batch(["walk", "a person walks"]).shape == (2, 5)
    assert ours.batch(["walk " * 100]).shape == (1, CONTEXT)
    assert ours.batch(["walk " * 100])[0, -1] == VOCABULARY - 1


def test_what_is_cut_is_counted(ours):
    assert ours.left_out("walk " * 75) == 0
    assert ours.left_out("walk " * 80) == 5
    assert ours.left_out("walk " * 80, 10) == 72


def test_words_are_told_apart():
    assert list(words("A  man's walk, 2x!")) == ["a", "man", "'s", "walk", ",", "2", "x", "!"]


def test_plain_text_is_ftfys():
    ftfy = pytest.importorskip("ftfy")
    texts = [text for text in ODD if "&EACUTE" not in text]
    assert [plain(text) for text in texts] == [ftfy.fix_text(text) for text in texts]
    assert plain("&EACUTE; &NTILDE; &nTILDE;") == "É Ñ &nTILDE;"


def test_the_vocabulary_that_ships_is_open_clips(tmp_path):
    if not find_spec("open_clip"):
        pytest.skip("needs open_clip_torch")
    from training.text_tower.clip_vocabulary import main, merges_of, source_lines

    with np.load(FOLDER / "merges.npz", allow_pickle=False) as file:
        assert np.array_equal(file["merges"], merges_of(source_lines()))
    assert main(["--out", str(tmp_path)]) == 0
    assert (tmp_path / "merges.npz").read_bytes() == (FOLDER / "merges.npz").read_bytes()
    assert (FOLDER / "merges.npz").stat().st_size < 400_000


def test_another_vocabulary_is_refused():
    with pytest.raises(ValueError, match="merges"):
        BytePairs(np.zeros((MERGES - 1, 2), np.uint16))
