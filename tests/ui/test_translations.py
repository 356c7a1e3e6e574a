"""Every text that a user reads can be translated, and the translations that ship are of texts that are still said."""

from __future__ import annotations

import string
from types import SimpleNamespace

import pytest

pytest.importorskip("bpy")

from motionclip_blender.core.errors import ExpressionError
from motionclip_blender.ui import translations
from tests.ui import strings


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, str]]:
    """The texts by language."""
    return translations.tables()


def fields(text: str) -> list[tuple[str, str]]:
    """What is to be filled in; braces of expressions are none."""
    found = [(name, form) for _, name, form, _ in string.Formatter().parse(text) if name is not None]
    return sorted((name, form) for name, form in found if not name or name.isdigit())


def test_there_is_a_german_one(tables) -> None:
    assert len(tables["de"]) > 300


def test_what_is_filled_in_is_the_same_in_every_language(tables) -> None:
    for table in tables.values():
        wrong = [text for text, translated in table.items() if fields(text) != fields(translated)]
        assert wrong == []


def test_nothing_is_translated_that_is_not_said(bpy, tables) -> None:
    said = strings.anywhere()
    for language, table in tables.items():
        assert sorted(set(table) - said) == [], f"{language}.json has texts that nobody says any more"


def test_what_a_user_reads_is_translated(bpy, tables) -> None:
    said = strings.all_strings()
    for language, table in tables.items():
        missing = sorted(said - set(table))
        assert missing == [], f"{language}.json lacks {missing}"


def test_labels_tooltips_errors_and_stages_are_found(bpy) -> None:
    found = strings.all_strings()
    assert {
        "Recognise",  # a panel
        "What is this Action?",  # a button
        "Compare the active armature's Action with the list of labels, and show the nearest ones",  # a tooltip
        "Length of the motion in frames of the scene; at 30 frames per second, 60 last 2 seconds",  # a property's
        "All of the Action: the mean of its parts of two seconds",  # a choice's
        '"{}" is on "{}" now',  # a report
        "There is no image file {}; choose one that is there.",  # an error of rig
        "The list of labels is empty; write at least one, such as walk.",  # one of core
        "Reading the motion",  # a stage
        "Drawing the previews",  # one of the main thread
    } <= found


def test_every_tooltip_says_something(bpy) -> None:
    import bpy as blender

    for name in dir(blender.types):
        if name.startswith("MOTIONCLIP_OT"):
            cls = getattr(blender.types, name)
            assert cls.__doc__ and not cls.__doc__.rstrip().endswith("."), f"{name}: Blender adds the full stop"
            if "INTERNAL" in getattr(cls, "bl_options", ()):
                continue
            category, _, own_name = cls.bl_idname.partition(".")
            for prop in getattr(getattr(blender.ops, category), own_name).get_rna_type().properties:
                if not prop.is_hidden and prop.identifier in getattr(cls, "__annotations__", {}):
                    assert prop.description, f"{name}.{prop.identifier} has no tooltip"


def test_a_sentence_is_recognised_by_its_pattern(tables) -> None:
    for table in tables.values():
        for text in table:
            if "{}" in text:
                sentence = text
                while "{}" in sentence:
                    sentence = sentence.replace("{}", "walk-2", 1)
                first = next(known for pattern, known in translations._patterns() if pattern.fullmatch(sentence))
                assert first == text


def test_what_has_no_translation_is_said_as_it_is(bpy) -> None:
    assert translations.said("Nobody has translated 17 of these.") == "Nobody has translated 17 of these."


def test_a_sentence_that_follows_a_colon_elsewhere_is_translated_alone(tables, monkeypatch) -> None:
    def german(text: str) -> str:
        return tables["de"].get(text, text)

    asked = SimpleNamespace(app=SimpleNamespace(translations=SimpleNamespace(pgettext_rpt=german)))
    monkeypatch.setattr(translations, "bpy", asked)
    alone = ExpressionError(8, 'there is no image "a.png"; choose a file that is there.').sentence
    assert alone == 'There is no image "a.png"; choose a file that is there.'
    assert translations.said(alone) == 'Es gibt kein Bild "a.png"; eine Datei wählen, die da ist.'


def test_the_menu_names_every_operator_that_stands_alone(bpy) -> None:
    import bpy as blender

    from motionclip_blender.ui.menu import _ENTRIES

    alone = set()
    for name in dir(blender.types):
        if name.startswith("MOTIONCLIP_OT"):
            cls = getattr(blender.types, name)
            if "REGISTER" in getattr(cls, "bl_options", ()):
                alone.add(cls.bl_idname)
    of_a_row = {"take", "assign_action", "add_style", "add_term", "remove_term", "remove_latent", "add_preset"}
    of_a_row |= {"vary", "remove_segment", "move_segment"}
    of_a_row.add("choose_clips")  # the second half of an import
    of_a_row |= {"pick_bone", "add_rig_preset"}
    alone -= {f"motionclip.{name}" for name in of_a_row}
    assert alone <= set(_ENTRIES), "Blender's search finds what is in a menu"
    for entry in filter(None, _ENTRIES):
        category, _, own_name = entry.partition(".")
        assert getattr(getattr(blender.ops, category), own_name).get_rna_type().name
