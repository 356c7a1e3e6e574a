"""`python -m training showcase`: contact sheets of prompts that nobody trained on, for docs/."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from motionclip_blender.core.engine import Engine

PROMPTS = Path(__file__).with_name("showcase.json")


def prompts() -> dict[str, str]:
    """Action -> prompt, none of which is a caption."""
    return {action: prompt for action, prompt in json.loads(PROMPTS.read_text()).items() if action[0] != "_"}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training showcase", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--out", type=Path, default=Path("docs/images/prompts"), help="folder for the sheets")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--only", help="one action of showcase.json")
    options = parser.parse_args(arguments)

    import bpy

    from motionclip_blender.rig.armature import add_body
    from motionclip_blender.rig.film import render_sheet

    engine = Engine(options.pack)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    person = add_body(engine.body)
    for action, prompt in prompts().items():
        if options.only in (None, action):
            motion = engine.generate(prompt, options.frames)
            render_sheet(person, motion, options.out / f"{action}.png", prompt)
    return 0
