"""Measures whether prompts are understood, from the motions that they give: `python -m training understanding`.

`prompts_understood.json` lists what must hold of each prompt's motion. It is only for measuring; all choices are made
on captions. Also measures which class the wordings of held-out spans find, now and by the table alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_whole
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.modifiers.measure import (
    measured_count,
    measured_side,
    measured_travel,
    measured_turn,
    root_space_joints,
)
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.prompt_plan.perform import perform, refuse_guesses, taken_for, understand
from motionclip_blender.core.prompt_plan.plan import Segment
from motionclip_blender.core.prompt_plan.segments import read_segment
from motionclip_blender.core.prompt_plan.wording_index import WordingIndex
from motionclip_blender.core.skeleton import INDEX

from ..data.captions import class_text, load_captions
from ..data.splits import HELD_OUT, is_test

PROMPTS = Path(__file__).with_name("prompts_understood.json")
_FRAMES = 90
_DIRECTION, _TURN = 22.5, 20.0  # degrees within which a direction and a turn are correct
_TOLD = 0.06  # least difference by which one side moves more
_ANY = "any"
_LEG = re.compile(r"\b(?:foot|leg|kick\w*|knee|stands)\b")


def listed() -> dict[str, list]:
    """Returns kind -> prompts, each with the conditions on its motion."""
    return json.loads(PROMPTS.read_text(encoding="utf-8"))["kinds"]


class Judge:
    """Measures the motions of prompts."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.index = WordingIndex.load(engine.pack, engine.retrieval)
        self._names = engine.encode_texts([class_text(name) for name in self.index.actions])

    def judged(self, prompt: str, hold: dict) -> dict:
        """Returns check -> whether it holds, and "said": the refusal or the choices of the steps."""
        try:
            plan, choices = understand(self.engine, self.index, prompt)
            refuse_guesses(plan, choices)
        except UserError as error:
            return {"refused": hold.get("refused", False), "said": str(error)}
        found: dict = {
            "said": " | ".join(f"{s.text} -> {c.wording}" for s, c in zip(plan.segments, choices, strict=True))
        }
        if hold.get("refused"):
            return found | {"refused": False}
        done = perform(self.engine, plan, choices, None if "count" in hold or "steps" in hold else _FRAMES)
        motion, body = done.motion, self.engine.body
        actions = [choice.action for choice in choices]
        if "class" in hold:
            found["class"] = _ANY in hold["class"] or bool(set(actions) & set(hold["class"]))
            found["recognised"] = found["class"] and self._recognised(motion, hold["class"])
        if "steps" in hold:
            found["steps"] = _in_order(actions, hold["steps"])
        if "side" in hold:
            limb = "support" if "hop" in hold.get("class", ()) else "leg" if _LEG.search(prompt.lower()) else "arm"
            side, more = measured_side(motion, body, limb)
            found["side"] = side == hold["side"] and more > _TOLD
            found["wrong side"] = side != hold["side"] and more > _TOLD
        if "travel" in hold:
            travel, _ = measured_travel(motion)
            found["travel"] = travel is not None and abs((travel - hold["travel"] + 180) % 360 - 180) <= _DIRECTION
            found["measured"] = travel
        if "turn" in hold:
            found["measured"] = measured_turn(motion)
            off = abs(found["measured"] - hold["turn"])
            found["turn"] = (min(off, abs(off - 360)) if abs(hold["turn"]) == 180 else off) <= _TURN
        if "count" in hold:
            steps = plan.segments[0].steps is not None
            found["measured"] = measured_steps(motion, body) if steps else measured_count(motion, body)
            found["count"] = found["measured"] == hold["count"]
        for key, sign in (("slower_than", -1), ("faster_than", 1)):
            if key in hold:
                plan, choices = understand(self.engine, self.index, hold[key])
                other = perform(self.engine, plan, choices, _FRAMES).motion
                found["speed"] = sign * (_pace(motion, body) - _pace(other, body)) > 0
        return found

    def _recognised(self, motion: Motion, classes: Sequence[str]) -> bool:
        """Checks whether the motion, encoded again, has one of the classes among the nearest five."""
        if _ANY in classes:
            return True
        cosines = normalised(self._names) @ normalised(self.engine.encode(motion))
        return bool({self.index.actions[i] for i in np.argsort(-cosines)[:5]} & set(classes))


def measured_steps(motion: Motion, body) -> int:
    """Counts how often one foot passes the other."""
    joints = root_space_joints(motion, body)
    apart = joints[:, INDEX["left_ankle"]] - joints[:, INDEX["right_ankle"]]
    ahead = apart[:, 2]
    reach = np.abs(ahead).max() * 0.3
    sides = np.sign(ahead[np.abs(ahead) > reach])
    return int(np.count_nonzero(np.diff(sides)))


def _pace(motion: Motion, body) -> float:
    """Returns the mean speed of all joints, in metres per second."""
    joints = body.posed_joints(motion)[:, :22]
    return float(np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean() * motion.fps)


def _in_order(actions: Sequence[str], steps: Sequence[Sequence[str]]) -> bool:
    """Checks whether there are steps of these classes in this order; others may be between them."""
    rest = iter(actions)
    return all(any(_ANY in step or action in step for action in rest) for step in steps)


def held_out_wordings(engine: Engine, index: WordingIndex, split: str = HELD_OUT) -> dict[str, float]:
    """Returns the percentages of wordings of held-out spans that find their class: by the choice, and by the table
    alone."""
    spans = [s for s in load_captions() if any(is_test(clip, split) for clip in (s.clip, *s.limbs.values()))]
    said = sorted({(caption, span.action) for span in spans for caption in span.captions})
    texts = [text for text, _ in said]
    embeddings = engine.encode_texts(texts)
    segments = [read_segment(text, None)[0] or Segment(text, text) for text in texts]
    chosen = taken_for(engine, index, segments)
    right = [choice.action == action for choice, (_, action) in zip(chosen, said, strict=True)]
    table = engine.retrieval
    before = [
        index.actions[table.classes[table.motion_of(embedding)]] == action
        for embedding, (_, action) in zip(embeddings, said, strict=True)
    ]
    return {
        "wordings": len(said),
        "class_percent": 100 * float(np.mean(right)),
        "before_percent": 100 * float(np.mean(before)),
        "refused_percent": 100 * float(np.mean([not choice.sure for choice in chosen])),
    }


def understanding(engine: Engine) -> dict:
    """Returns kind -> check -> [how many hold, of how many]; "prompts": the result of each; "held_out_wordings"."""
    judge = Judge(engine)
    totals: dict[str, dict[str, list[int]]] = {}
    prompts = {}
    for kind, entries in listed().items():
        for prompt, hold in entries:
            found = judge.judged(prompt, hold)
            prompts[prompt] = found
            asked = [key for key in ("class", "steps", "side", "travel", "turn", "count") if key in hold]
            asked += ["recognised"] * ("class" in hold) + ["wrong side"] * ("side" in hold)
            asked += ["speed"] * bool({"slower_than", "faster_than"} & set(hold)) + ["refused"] * ("refused" in hold)
            for key in asked:
                for group in (kind, "all"):
                    tally = totals.setdefault(group, {}).setdefault(key, [0, 0])
                    tally[0] += bool(found.get(key, False))
                    tally[1] += 1
            if not hold.get("refused"):
                for group in (kind, "all"):
                    tally = totals.setdefault(group, {}).setdefault("answered", [0, 0])
                    tally[0] += "refused" not in found
                    tally[1] += 1
    return {"kinds": totals, "prompts": prompts, "held_out_wordings": held_out_wordings(engine, judge.index)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training understanding", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/understanding.json"))
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    found = understanding(Engine(options.pack))
    with write_whole(options.out) as file:
        file.write((json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode())
    for kind, checks in found["kinds"].items():
        told = ", ".join(f"{key} {held} of {of} ({100 * held / of:.0f} %)" for key, (held, of) in checks.items())
        print(f"{kind}: {told}")
    print(json.dumps(found["held_out_wordings"]))
    print(f"{time.perf_counter() - started:.0f} s, {options.out}", file=sys.stderr)
    return 0
