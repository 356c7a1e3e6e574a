"""The prompts of the study: what the captions often tell of, sports that no caption names, and the paper's styles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from motionclip_blender.core.errors import UserError
from training.data.captions import CaptionedSpan, class_text, load_captions
from training.data.wordings import wordings
from training.study.lists import IN_DOMAIN, LISTS, OUT_OF_DOMAIN, STYLES, common_labels, questions, questions_of

_ENDINGS = ("ing", "ers", "er", "ed", "s")


def stem(word: str) -> str:
    """Removes an ending: "skiing", "skier" and "skis" are one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def stems(text: str) -> set[str]:
    return {stem(word) for word in re.findall(r"[^\W_]+", text.casefold())}


def test_no_caption_names_a_sport_of_the_out_of_domain_list():
    captions = {caption: stems(caption) for caption in wordings()}
    for question in questions(OUT_OF_DOMAIN):
        sport = stems(question.prompt)
        assert not [caption for caption, said in captions.items() if sport <= said], question.prompt


def test_the_check_of_sports_finds_those_that_captions_name():
    captions = [stems(caption) for caption in wordings()]
    for sport in ("archery", "ice dancing", "javelin throw", "water polo"):
        assert any(stems(sport) <= said for said in captions), sport


def test_sports_are_of_summer_and_winter_and_none_is_there_twice():
    sports = questions(OUT_OF_DOMAIN)
    assert {question.label for question in sports} == {"summer", "winter"}
    assert len({question.prompt.casefold() for question in sports}) == len(sports) >= 40


def test_in_domain_labels_have_half_a_percent_of_the_captions_and_no_other_label_has():
    spans = load_captions()
    total = sum(len(span.captions) for span in spans)
    of_label: dict[str, int] = {}
    for span in spans:
        of_label[class_text(span.action)] = of_label.get(class_text(span.action), 0) + len(span.captions)
    chosen = {question.prompt for question in questions(IN_DOMAIN)}
    assert chosen == {label for label, count in of_label.items() if count / total >= 0.005}
    assert 20 < len(chosen) < len(of_label)


def test_labels_are_counted_by_captions_not_by_spans():
    often = CaptionedSpan("a", "wave", ("waves",) * 8, exemplar=True, after="hold")
    seldom = [CaptionedSpan("b", "walk_backward", (), exemplar=False, after="hold")] * 3
    assert common_labels([often, *seldom], share=0.5) == ["wave"]
    one = CaptionedSpan("c", "walk_backward", ("walks", "goes"), exemplar=True, after="hold")
    assert common_labels([often, one], share=0.2) == ["wave", "walk backward"]
    assert common_labels([often, one], share=0.21) == ["wave"]


def test_styles_are_those_of_table_2():
    listed = questions(STYLES)
    assert [question.label for question in listed] == [
        "happy", "proud", "angry", "childlike", "depressed", "drunk", "old", "heavy",
    ]  # fmt: skip
    assert all(question.label in question.prompt for question in listed)


def test_every_prompt_of_every_list_is_there_once():
    prompts = [question.prompt for name in LISTS for question in questions(name)]
    assert len(set(prompts)) == len(prompts)


def test_prompts_of_a_file(tmp_path: Path):
    path = tmp_path / "prompts.txt"
    path.write_bytes("\ufeffpole vault\r\n\r\n  wave  hello \r\n".encode())
    assert [question.prompt for question in questions_of(path)] == ["pole vault", "wave hello"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "holds no prompts"), ("\n \n", "holds no prompts"), ("walk\nwalk\n", "line 2"), ("walk\n!!\n", "line 2")],
)
def test_bad_files_of_prompts(tmp_path: Path, text: str, said: str):
    path = tmp_path / "prompts.txt"
    path.write_text(text)
    with pytest.raises(UserError, match=said):
        questions_of(path)


def test_a_file_of_prompts_that_is_not_there(tmp_path: Path):
    with pytest.raises(UserError, match="cannot be read"):
        questions_of(tmp_path / "none.txt")
