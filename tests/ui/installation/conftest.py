"""The extension as its users get it."""

from __future__ import annotations

from pathlib import Path

import pytest

import build
from motionclip_blender.core.errors import UserError


@pytest.fixture(scope="module")
def zip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, in a folder of its own."""
    try:
        return build.build(tmp_path_factory.mktemp("dist"))
    except UserError as error:
        pytest.skip(str(error))
