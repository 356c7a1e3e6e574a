"""The extension's interface, registered in this process's Blender."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

import motionclip_blender
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.pack import Pack


@pytest.fixture(scope="package")
def extension() -> Iterator[None]:
    """Registered; and unregistered in the end, or Blender's module would hang at exit."""
    pytest.importorskip("bpy")
    motionclip_blender.register()
    yield
    motionclip_blender.unregister()


@pytest.fixture
def bpy(extension: None, scene: object) -> Iterator[ModuleType]:
    """Blender with the extension and an empty file."""
    import bpy

    from motionclip_blender.ui.session import SESSION

    SESSION.begin()
    yield bpy
    if SESSION.job is not None:
        SESSION.job.cancel()
        SESSION.job.join()
    SESSION.__dict__.pop("engine", None)  # a test may have put its own there


@pytest.fixture
def person(bpy: ModuleType) -> object:
    """An armature made by "Add body", active."""
    bpy.ops.motionclip.add_body()
    return bpy.context.object


@pytest.fixture(scope="session")
def default_pack() -> Pack:
    """The pack that ships."""
    try:
        return Pack.load()
    except UserError as error:
        pytest.skip(str(error))
