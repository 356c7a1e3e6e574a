"""What several tests need: an empty Blender file and two bodies."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core.body import OPEN_BODY, Body
from motionclip_blender.core.pack import DEFAULT_FOLDER
from tests.synthetic import synthetic_arrays


@pytest.fixture(scope="session")
def small_body(tmp_path_factory: pytest.TempPathFactory) -> Body:
    """A body of 660 vertices without pose correctives; loads at once, needs no asset."""
    path = tmp_path_factory.mktemp("body") / "small.npz"
    np.savez(path, **synthetic_arrays(660, 400))
    return Body.load(path)


@pytest.fixture(scope="session")
def open_body() -> Body:
    """The body that the extension carries."""
    if not OPEN_BODY.is_file():
        pytest.skip("the open body is not built")
    return Body.load()


@pytest.fixture
def pack_without_images(tmp_path: Path) -> Path:
    """The default pack without its image tower."""
    folder = tmp_path / "blind"
    shutil.copytree(DEFAULT_FOLDER, folder)
    (folder / "image.safetensors").unlink()
    described = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    del described["image"]
    (folder / "pack.json").write_text(json.dumps(described), encoding="utf-8")
    return folder


@pytest.fixture
def scene():
    """An empty Blender file's scene."""
    import bpy  # here, because the tests of `core` do without

    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy.context.scene
