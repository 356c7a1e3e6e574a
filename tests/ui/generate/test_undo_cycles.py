"""A thousand times generated and undone: nothing is left behind, in the file or in memory."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

pytest.importorskip("bpy")

from tests.ui.refusals import snapshot

pytestmark = pytest.mark.slow

CYCLES, WARM = 1000, 100
MOST = 1.1  # times the memory after the first cycles


def resident() -> float:
    """Megabytes of this process in memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def cycles(bpy, count: int, step) -> None:
    for i in range(count):
        step(i)
        assert len(bpy.data.actions) == 1
        bpy.ops.ed.undo()
        assert len(bpy.data.actions) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("what", ["prompt", "slider"])
def test_a_thousand_cycles_leave_nothing_behind(bpy, person, default_pack, what) -> None:
    def generate(i: int) -> None:
        bpy.ops.motionclip.generate("EXEC_DEFAULT", True, prompt=f"a person walks and waves {i % 7} times")

    def slide(i: int) -> None:
        bpy.ops.motionclip.blend("EXEC_DEFAULT", True, a='"walk"', b='"run"', factor=0.5)
        settings = bpy.context.scene.motionclip
        settings.blend.start.prompt, settings.blend.end.prompt = "walk", "run"
        for factor in (0.25, 0.75):
            settings.blend.factor = factor

    step = generate if what == "prompt" else slide
    bpy.ops.ed.undo_push(message="before")
    cycles(bpy, WARM, step)
    before, warm = snapshot(bpy), resident()
    cycles(bpy, CYCLES - WARM, step)
    after = resident()
    print(f"\n{what}: {warm:.0f} MB after {WARM} cycles, {after:.0f} MB after {CYCLES}: {after / warm:.3f} times")
    assert snapshot(bpy) == before
    assert after < MOST * warm
