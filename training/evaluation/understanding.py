"""Measures whether prompts are understood, from the motions that they give: `python -m training understanding`.

The lists say what must hold of each prompt's motion (`prompt_judge`):

- report, tuning: halves of `prompts_third.json`. Causes of faults may be looked for in the second only.
- second-report, second-tuning: halves of `prompts_second.json`, the list before that; both have been seen.
- first-report, first-tuning: halves of `prompts_fresh.json`, the first list; both have been seen.
- former: `prompts_understood.json`, an earlier list, whose totals were seen while the reading was made.

Also measures which class the wordings of held-out spans find, and those that are kept for reports
(`unseen_wordings`), now and by the table alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.performance.perform import perform
from motionclip_blender.core.prompt_plan.plan import Segment
from motionclip_blender.core.prompt_plan.segments import read_segment
from motionclip_blender.core.prompt_plan.understand import refuse_guesses, taken_for, understand
from motionclip_blender.core.prompt_plan.wording_index import WordingIndex
from motionclip_blender.core.skeleton import JOINTS

from ..data.captions import MORE, load_captions
from ..data.class_phrases import class_phrases
from ..data.splits import clips_of, is_test
from ..shipped import shipped
from .items import own_split
from .prompt_judge import CHECKS, VERDICTS, Judge
from .stick_sheet import draw_sheet
from .unseen_wordings import unseen_wordings

THIRD = Path(__file__).with_name("prompts_third.json")
EARLIER = {
    "first": Path(__file__).with_name("prompts_fresh.json"),
    "second": Path(__file__).with_name("prompts_second.json"),
}
FORMER = Path(__file__).with_name("prompts_understood.json")
_ROWS = 10  # prompts of a sheet
LISTS = ("report", "tuning", "second-report", "second-tuning", "first-report", "first-tuning", "former")


def listed(name: str) -> dict[str, list]:
    """Returns kind -> prompts of one of `LISTS`, each with the conditions on its motion."""
    if name == "former":
        return shipped(FORMER)["kinds"]
    of, _, half = name.rpartition("-")
    return shipped(EARLIER.get(of, THIRD))[half]


def draw(engine: Engine, name: str, folder: Path, most: int) -> None:
    """Draws the motions of up to `most` prompts of a list, evenly taken of all kinds, each as long as it takes.

    Writes the sheets `1.png`, `2.png`, ... of `_ROWS` prompts into `folder`. What is refused has its answer as text.
    """
    every = [(kind, prompt) for kind, entries in listed(name).items() for prompt, _ in entries]
    shown = [every[i] for i in np.linspace(0, len(every) - 1, min(most, len(every))).round().astype(int)]
    rows = []
    for kind, prompt in shown:
        try:
            plan, choices = understand(engine, engine.wordings, prompt)
            refuse_guesses(plan, choices)
            motion = perform(engine, plan, choices).motion
        except UserError as error:
            rows.append((f"{kind}: {prompt} [refused: {str(error)[:60]}]", np.zeros((1, len(JOINTS), 3))))
            continue
        taken = "; ".join(choice.wording for choice in choices)
        rows.append((f"{kind}: {prompt} [{taken}; {len(motion)} frames]", engine.body.posed_joints(motion)))
    for number, start in enumerate(range(0, len(rows), _ROWS), 1):
        draw_sheet(rows[start : start + _ROWS], folder / f"{number}.png")


def held_out_wordings(engine: Engine, index: WordingIndex) -> dict[str, float]:
    """Returns the percentages of wordings of held-out spans that find their class: by the choice and by the table.

    Held out is what `own_split` holds out. Those wordings that are phrases
    for classes are left out.
    """
    split = own_split(engine.pack.info)
    told = [*load_captions(), *(load_captions(MORE) if engine.pack.info.get("more") else [])]
    spans = [span for span in told if any(is_test(clip, split) for clip in clips_of(span))]
    return _classes_found(engine, index, {(text, span.action) for span in spans for text in span.captions})


def kept_wordings(engine: Engine, index: WordingIndex) -> dict[str, float]:
    """Returns the same percentages of the wordings that are kept for reports, of the classes that the pack has."""
    known = {name: said for name, said in unseen_wordings().items() if name in index.actions}
    return _classes_found(engine, index, {(text, name) for name, said in known.items() for text in said})


def _classes_found(engine: Engine, index: WordingIndex, told: set[tuple[str, str]]) -> dict[str, float]:
    """Returns the percentages of texts, each with its class, but for those that are phrases for classes."""
    phrases = {each.text.lower() for each in class_phrases(list(index.actions))}
    said = sorted((text, action) for text, action in told if text.lower() not in phrases)
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


def understanding(engine: Engine, name: str = "report", straight: bool = False) -> dict:
    """Returns "kinds": kind -> verdict -> prompts; "checks": check -> [how many hold, of how many answered prompts];
    "wrong side": the same; "prompts": the judgement of each."""
    judge = Judge(engine, straight)
    kinds: dict[str, dict[str, int]] = {}
    checks: dict[str, list[int]] = {}
    prompts: dict[str, dict] = {}
    for kind, entries in listed(name).items():
        kinds[kind] = dict.fromkeys(VERDICTS, 0)
        for prompt, hold in entries:
            hold, found = judge.expected(prompt, hold), judge.judged(prompt, hold)
            kinds[kind][found.verdict] += 1
            prompts[prompt] = {"kind": kind, "hold": hold, **asdict(found)}
            for check, holds in found.checks.items():
                if check in CHECKS:
                    _tally(checks, check, holds)
            if "side" in found.checks:
                _tally(checks, "wrong side", found.measured["side"] not in ("", hold["side"]))
            if hold.get("refused"):
                _tally(checks, "refused as it should be", found.verdict == "right")
            else:
                _tally(checks, "answered", found.verdict != "refused")
    return {"list": name, "straight": straight, "kinds": kinds, "checks": checks, "prompts": prompts}


def _tally(checks: dict[str, list[int]], check: str, holds: bool) -> None:
    tally = checks.setdefault(check, [0, 0])
    tally[0] += bool(holds)
    tally[1] += 1


def table(found: dict) -> str:
    """Returns the Markdown table of percentages by kind."""
    rows = ["| kind | prompts | right | partly | wrong | refused |", "|---|---:|---:|---:|---:|---:|"]
    for kind, verdicts in found["kinds"].items():
        many = sum(verdicts.values())
        told = " | ".join(f"{100 * verdicts[verdict] / many:.0f}" for verdict in VERDICTS)
        rows.append(f"| {kind} | {many} | {told} |")
    return "\n".join(rows)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training understanding",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    parser.add_argument("--list", choices=LISTS, default=LISTS[0], help="which prompts; report if left out")
    parser.add_argument(
        "--straight", action="store_true", help="make one motion of each whole prompt, read as no steps"
    )
    parser.add_argument("--out", type=Path, default=Path("out/evaluation/understanding.json"))
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="draw motions of the list into this folder instead")
    parser.add_argument("--most", type=int, default=100, help="most prompts that --sheets draws")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    engine = Engine(options.pack)
    if options.sheets is not None:
        options.sheets.mkdir(parents=True, exist_ok=True)
        draw(engine, options.list, options.sheets, options.most)
        return 0
    found = understanding(engine, options.list, options.straight)
    found["held_out_wordings"] = held_out_wordings(engine, engine.wordings)
    found["kept_wordings"] = kept_wordings(engine, engine.wordings)
    write_json(options.out, found)
    print(table(found))
    for check, (held, of) in found["checks"].items():
        print(f"{check}: {held} of {of} ({100 * held / of:.0f} %)")
    for wordings in ("held_out_wordings", "kept_wordings"):
        print(f"{wordings.replace('_', ' ')}: {json.dumps(found[wordings])}")
    print(f"{time.perf_counter() - started:.0f} s, {options.out}", file=sys.stderr)
    return 0
