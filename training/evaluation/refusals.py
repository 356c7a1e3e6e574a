"""`python -m training refusals`: measures which prompts are refused of those that the data has, and that it has not.

`refusals.json` has prompts in wordings that are neither captions nor phrases for classes: *known* ones, each with a
class that shows them, and *unknown* ones, a third of which have a verb of movement in another sense. Nothing was
learned from them, and nothing was chosen by them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, understand

from ..shipped import shipped
from .same_actions import accepted

LIST = Path(__file__).with_name("refusals.json")


def refusals(engine: Engine) -> dict:
    """Returns of the known prompts the shares that are right, wrong and refused, of the unknown ones those that are
    refused, made by rule, and made, in percent; "prompts": what each was taken for, or "refused"."""
    listed = shipped(LIST)
    known = {prompt: name for name, prompts in listed["known"].items() for prompt in prompts}
    taken = {prompt: _taken(engine, prompt) for prompt in (*known, *listed["unknown"])}
    right = [bool(set(taken[prompt] or ()) & accepted([name])) for prompt, name in known.items()]
    refused = [taken[prompt] is None for prompt in known]
    without = [taken[prompt] for prompt in listed["unknown"]]
    return {
        "known": _shares(len(known), right=sum(right), refused=sum(refused)) | {"of": len(known)},
        "unknown": _shares(len(without), refused=without.count(None), by_rule=without.count(())) | {"of": len(without)},
        "prompts": {prompt: "refused" if classes is None else list(classes) for prompt, classes in taken.items()},
    }


def _taken(engine: Engine, prompt: str) -> tuple[str, ...] | None:
    """Returns the classes that the steps of a prompt were taken for, without those that are made by rule; None if it
    is refused."""
    try:
        plan, choices = understand(engine, engine.wordings, prompt)
        refuse_guesses(plan, choices)
    except UserError:
        return None
    return tuple(choice.action for step, choice in zip(plan.segments, choices, strict=True) if step.gesture is None)


def _shares(of: int, **counts: int) -> dict[str, float]:
    """Returns counts, and what is left of them, in percent."""
    return {name: 100 * count / of for name, count in (counts | {"made": of - sum(counts.values())}).items()}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training refusals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    options = parser.parse_args(arguments)
    found = refusals(Engine(options.pack, compute="numpy"))
    known, unknown = found["known"], found["unknown"]
    print(
        f"Of {known['of']} prompts that the data has {known['right']:.1f} % are right, {known['refused']:.1f} % "
        f"refused, {known['made']:.1f} % something else."
    )
    print(
        f"Of {unknown['of']} prompts that it has not {unknown['refused']:.1f} % are refused, "
        f"{unknown['by_rule']:.1f} % made by rule, {unknown['made']:.1f} % made."
    )
    return 0
