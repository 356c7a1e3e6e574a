"""Judges the motion of a prompt by what must hold of it, measured from the motion.

Wordings, classes and sides that were chosen for the prompt are not looked at. Its own words are, but only for what to
measure: an arm or a leg, steps or repetitions, and whether half a turn may go either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from motionclip_blender.core.angles import apart
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.latents.arithmetic import normalised
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.performance.perform import perform
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, understand
from motionclip_blender.core.recipe.make import generate

from ..data.captions import class_text
from . import prompt_measures as measure
from .model import body_joints
from .same_actions import accepted, expected

CHECKS = ("class", "steps", "side", "travel", "turn", "count", "speed")
VERDICTS = ("right", "partly", "wrong", "refused")
_FRAMES = 90
_DIRECTION, _TURN = 22.5, 20.0  # degrees within which a direction and a turn are correct
_NEAREST = 5  # classes nearest to a motion, of which one has to be the right one
_SHORTEST = 20  # frames that are recognised
_ANY = "any"
_LEG = re.compile(r"\b(?:foot|leg|kick\w*|knee|stands)\b")


@dataclass
class Judgement:
    """What was found of a prompt.

    verdict: "right": all that must hold does; "partly": some of it; "wrong": nothing of it, or another side moves, or
        something is made that should be refused; "refused": nothing is made though it should be.
    checks: check -> whether it holds.
    said: the refusal, or the wordings of the steps. measured: check -> what was measured.
    """

    verdict: str
    checks: dict[str, bool]
    said: str = ""
    measured: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class _Made:
    """A motion, the frames at which its parts end, and a text of what the prompt was taken for."""

    motion: Motion
    ends: tuple[int, ...]
    said: str


class Judge:
    """Judges the motions that an engine makes of prompts."""

    def __init__(self, engine: Engine, straight: bool = False) -> None:
        """straight: makes one motion of the whole prompt, as without reading steps."""
        self.engine, self.straight = engine, straight
        self.index = engine.wordings
        self._names = normalised(engine.encode_texts([class_text(name) for name in self.index.actions]))

    def judged(self, prompt: str, hold: Mapping) -> Judgement:
        """Returns what holds of the motion of a prompt. hold: an entry of the lists of prompts."""
        hold = self.expected(prompt, hold)
        natural = bool({"count", "steps"} & set(hold))
        try:
            made = self._made(prompt, None if natural else _FRAMES, len(hold.get("steps", ())) or 1)
        except UserError as error:
            refused = bool(hold.get("refused"))
            return Judgement("right" if refused else "refused", {"refused": refused}, str(error))
        if hold.get("refused"):
            return Judgement("wrong", {"refused": False}, made.said)
        found = Judgement("", {}, made.said)
        joints, fps = self._joints(made.motion), made.motion.fps
        if "class" in hold:
            self._check_class(found, made, hold["class"])
        if "steps" in hold:
            self._check_steps(found, made, hold["steps"])
        if "side" in hold:
            limb = hold.get("limb") or (
                "support" if "hop" in hold.get("class", ()) else "leg" if _LEG.search(prompt.lower()) else "arm"
            )
            found.measured["side"] = measure.side(joints, fps, limb)
            found.checks["side"] = found.measured["side"] == hold["side"]
        if "travel" in hold:
            way = found.measured["travel"] = measure.travel(joints, fps)
            found.checks["travel"] = way is not None and apart(way, hold["travel"]) <= _DIRECTION
        if "turn" in hold:
            found.measured["turn"] = measure.turn(joints)
            off = abs(found.measured["turn"] - hold["turn"])
            either = abs(hold["turn"]) == 180 and not re.search("left|right|clockwise", prompt.lower())
            if hold["turn"] % 360 == 0:
                off = min(off, abs(measure.even_turn(joints) - hold["turn"]))
            found.checks["turn"] = (min(off, abs(off - 360)) if either else off) <= _TURN
        if "count" in hold:
            walks = bool(re.search(r"\bsteps?\b", prompt))
            action = hold.get("class", [""])[0]
            found.measured["count"] = measure.steps(joints) if walks else measure.count(joints, fps, action)
            found.checks["count"] = found.measured["count"] == hold["count"]
        for key, sign in (("slower_than", -1), ("faster_than", 1)):
            if key in hold:
                other = self._joints(self._made(hold[key], _FRAMES).motion)
                found.checks["speed"] = sign * (measure.pace(joints, fps) - measure.pace(other, fps)) > 0
        found.verdict = _verdict(found, hold)
        return found

    def expected(self, prompt: str, hold: Mapping) -> Mapping:
        """Returns what must hold by what the pack knows, see `same_actions.expected`."""
        return expected(self.index, prompt, hold)

    def _made(self, prompt: str, frames: int | None, parts: int = 1) -> _Made:
        if self.straight:
            frames = frames or 60 * parts
            motion = generate(self.engine, prompt, frames)
            ends = tuple(round(frames * (i + 1) / parts) for i in range(parts))
            index, table = self.index, self.engine.retrieval
            chosen = table.motion_of(self.engine.encode_text(prompt))
            return _Made(motion, ends, index.actions[table.classes[chosen]])
        plan, choices = understand(self.engine, self.index, prompt)
        refuse_guesses(plan, choices)
        done = perform(self.engine, plan, choices, frames)
        said = " | ".join(f"{s.text} -> {c.wording}" for s, c in zip(plan.segments, choices, strict=True))
        return _Made(done.motion, done.ends, said)

    def _joints(self, motion: Motion) -> np.ndarray:
        return body_joints(self.engine.body, motion).astype(np.float64)

    def _recognised(self, motion: Motion) -> list[str]:
        """Returns the classes nearest to a motion that is encoded again."""
        cosines = self._names @ normalised(self.engine.encode(motion))
        return [self.index.actions[i] for i in np.argsort(-cosines)[:_NEAREST]]

    def _parts(self, made: _Made) -> list[list[str]]:
        """Returns of each part of the motion the classes that are nearest to it, and to its second half."""
        found, start = [], 0
        for end in made.ends:
            first = min(start, max(end - _SHORTEST, 0))
            part = made.motion.crop(first, max(end, min(first + _SHORTEST, len(made.motion))))
            # a way from another posture may come first
            half = part.crop(min(len(part) // 2, max(len(part) - _SHORTEST, 0)), len(part))
            found.append([*self._recognised(part), *(self._recognised(half) if len(made.ends) > 1 else [])])
            start = end
        return found

    def _check_class(self, found: Judgement, made: _Made, classes: Sequence[str]) -> None:
        if _ANY in classes:
            found.checks["class"] = True
            return
        parts = self._parts(made)
        found.measured["class"] = parts
        found.checks["class"] = any(set(part) & accepted(classes) for part in parts)

    def _check_steps(self, found: Judgement, made: _Made, steps: Sequence[Sequence[str]]) -> None:
        parts = self._parts(made)
        found.measured["steps"] = parts
        rest = iter(parts)
        wanted = [accepted(step) for step in steps]
        there = [any(_ANY in step or step & set(part) for part in rest) for step in wanted]
        found.checks["steps"] = all(there)
        found.measured["steps there"] = sum(
            any(_ANY in step or step & set(part) for part in parts) for step in wanted
        ) / len(steps)


def _verdict(found: Judgement, hold: Mapping) -> str:
    if all(found.checks.values()):
        return "right"
    other = "side" in hold and found.measured["side"] not in ("", hold["side"])
    partly = any(found.checks.values()) or found.measured.get("steps there", 0) >= 0.5
    return "partly" if partly and not other and found.checks.get("class", True) else "wrong"
