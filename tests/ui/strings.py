"""All that the add-on says to a user: labels, tooltips, reports, errors, as the keys of a translation.

python -m tests.ui.strings [LANGUAGE]      lists them; with a language (de), those that it has no words for
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.paths import ROOT

PACKAGE = ROOT / "motionclip_blender"

TRANSLATIONS = PACKAGE / "assets" / "translations"

_SAME = {
    "A",
    "B",
    "BVH",
    "FBX",
    "Godot",
    "USD",
    "Unity",
    "Unreal",
    "glTF",
    "Blender",
    "CUDA",
    "Cycles",
    "EEVEE",
    "MPS",
    "MotionCLIP",
    "PyTorch",
    "PyTorch CPU",
    "Python",
    "System",
    "Workbench",
    "numpy",
    '"jump" + 0.7 * {sad}',
}  # in every language
_BLENDERS = {"Unique name used in the code and scripting"}
_TRANSLATED = {"_", "pgettext_iface", "pgettext_tip", "pgettext_rpt", "pgettext_data", "tip"}
_KEYWORDS = {"text", "placeholder", "name", "description", "message"}
_DRAWN = {"big_button", "wrapped", "said", "cancel"}
_STAGES = {"step", "progress", "Step"}
_LAYOUT = {"label", "operator", "prop", "progress", "menu", "poll_message_set"}


def labels() -> set[str]:
    """What Blender shows of the registered classes: labels, tooltips, properties, choices. They must be registered."""
    import bpy

    found: set[str] = set()
    for name in dir(bpy.types):
        if name.startswith("MOTIONCLIP"):
            cls = getattr(bpy.types, name)
            found.add(getattr(cls, "bl_label", ""))
            kind = cls.bl_rna
            if issubclass(cls, bpy.types.Operator):
                found.add((cls.__doc__ or "").strip())
                category, _, own_name = cls.bl_idname.partition(".")
                kind = getattr(getattr(bpy.ops, category), own_name).get_rna_type()
            found |= _of_properties(cls, kind)
    for cls in (*bpy.types.PropertyGroup.__subclasses__(), *bpy.types.AddonPreferences.__subclasses__()):
        if cls.__name__.startswith("MOTIONCLIP"):
            found |= _of_properties(cls, cls.bl_rna)
    return {text for text in found if _has_words(text)}


def _of_properties(cls: type, kind) -> set[str]:
    """Names, tooltips and choices of the properties that a class, or a base of it, was given here."""
    found: set[str] = set()
    for base in cls.__mro__:
        if base.__module__.startswith("motionclip_blender"):
            for identifier in getattr(base, "__annotations__", {}):
                prop = kind.properties[identifier]
                shown = prop.name if prop.name != identifier and not prop.is_hidden else ""
                items = prop.enum_items if prop.type == "ENUM" else ()
                found |= {shown, prop.description, *(part for item in items for part in (item.name, item.description))}
    return found


def written() -> set[str]:
    """What the interface's code writes itself: texts of layouts, and what it asks the translation for."""
    found: set[str] = set()
    for path in sorted((PACKAGE / "ui").rglob("*.py")):
        for call in _calls(path):
            name = _name(call.func)
            if name in _TRANSLATED and call.args:
                found |= set(_texts(call.args[0]))
            elif name in _LAYOUT:
                if not any(keyword.arg == "translate" for keyword in call.keywords):
                    wanted = [keyword.value for keyword in call.keywords if keyword.arg in ("text", "placeholder")]
                    found |= {text for value in wanted for text in _texts(value)}
                if name == "poll_message_set":
                    found |= set(_texts(call.args[0]))
            elif name == "report":
                found |= set(_texts(call.args[1]))
            elif name in _DRAWN:
                found |= {text for value in call.args for text in _texts(value)} - {"NONE", "ERROR", "PLAY"}
    return {text for text in found if _has_words(text)}


def errors() -> set[str]:
    """The sentences of errors, wherever they are raised, and of the self-check; what is filled in is {}."""
    found: set[str] = set()
    for folder in ("core", "photo", "rig", "ui"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            for call in _calls(path):
                if _name(call.func) in ("UserError", "ExpressionError", "Finding"):
                    found |= {text for value in call.args for text in _texts(value)}
    return {text for text in found - {"good", "note", "bad"} if _has_words(text)}


def remarks() -> set[str]:
    """The sentences that are no errors; what is filled in is {}."""
    tree = ast.parse((PACKAGE / "rig" / "remarks.py").read_text(encoding="utf-8"))
    found = {text for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for text in _texts(node)}
    return {text for text in found if text.endswith(".") and _has_words(text)}


def stages() -> set[str]:
    """What the progress bar says."""
    found: set[str] = set()
    for folder in ("core", "photo", "ui"):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            for call in _calls(path):
                if _name(call.func) in _STAGES and len(call.args) == 2 and isinstance(call.args[0], ast.Constant):
                    found |= set(_texts(call.args[0]))
    return {text for text in found if _has_words(text)}


def styles() -> set[str]:
    """The names of the buttons of the styles, which are data."""
    table = json.loads((PACKAGE / "core" / "latents" / "styles.json").read_text(encoding="utf-8"))
    return {style["label"] for style in table["styles"].values()}


def anywhere() -> set[str]:
    """Every text in the sources, and every pattern of one, whatever it is for."""
    found = labels() | styles()
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found |= set(_texts(node))
    return found


def _calls(path: Path) -> Iterator[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may be; of a formatted one its pattern."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in value.values)
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)


def _has_words(text: str) -> bool:
    return any(character.isalpha() for character in text.replace("{}", "")) and not text.startswith("motionclip.")


def all_strings() -> set[str]:
    """Everything."""
    return (labels() | written() | errors() | remarks() | stages() | styles()) - _SAME - _BLENDERS


def main() -> int:
    """Prints one string a line, as JSON."""
    import motionclip_blender

    motionclip_blender.register()
    try:
        found = all_strings()
    finally:
        motionclip_blender.unregister()
    if len(sys.argv) > 1:
        found -= set(json.loads((TRANSLATIONS / f"{sys.argv[1]}.json").read_text(encoding="utf-8")))
    for text in sorted(found):
        print(json.dumps(text, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
