"""The engine of the default pack."""

from __future__ import annotations

import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine


@pytest.fixture(scope="session")
def engine(open_body: Body) -> Engine:
    return Engine(body=open_body)
