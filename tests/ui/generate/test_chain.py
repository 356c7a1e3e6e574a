"""The way of a prompt from the click to the keys stays short enough to be read."""

from __future__ import annotations

import pytest

pytest.importorskip("bpy")

from benchmarks.chain import PATH_ENDS, traced


def test_a_prompt_passes_fourteen_files_at_most(bpy, default_pack) -> None:
    prompt = "a pedestrian walks straight ahead"  # of no other test: its latent is not cached yet
    trace = traced(prompt, 30)
    assert trace.reached == PATH_ENDS
    assert len(trace.path) <= 14, ", ".join(trace.path)
    assert {"ui/generate/operators.py", "core/engine.py", "rig/write_keys.py"} <= set(trace.path)
