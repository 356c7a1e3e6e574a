"""What is handed to a worker thread, as the sources have it: it names nothing of Blender's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

UI = ROOT / "motionclip_blender" / "ui"

BLENDERS = {"self", "context", "bpy", "said", "_"}
"""An operator, whose properties are Blender's data; the context and all data; what asks Blender for a translation."""

Function = ast.FunctionDef | ast.Lambda


def parameters(function: Function) -> set[str]:
    return {one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}


def closures(path: Path) -> Iterator[Function]:
    """Functions inside functions that take a worker's progress."""
    for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(outer, ast.FunctionDef):
            for node in ast.walk(outer):
                if isinstance(node, Function) and node is not outer and "progress" in parameters(node):
                    yield node


def names(function: Function) -> set[str]:
    """All that a function reads, without its annotations, which are not looked at when it runs."""
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    found = (node for part in body for node in ast.walk(part))
    return {node.id for node in found if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: str(path.relative_to(UI)))
def test_no_worker_touches_blender(path: Path) -> None:
    for closure in closures(path):
        assert not names(closure) & BLENDERS, f"line {closure.lineno}"


def test_this_test_finds_them() -> None:
    assert sum(len(list(closures(path))) for path in UI.rglob("*.py")) >= 10
