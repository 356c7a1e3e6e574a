"""Recognises what motion files show, and searches them by a text."""

from __future__ import annotations

from typing import TextIO

from ..core.errors import UserError
from ..core.label_timeline import LabelledPart, labelled_parts
from ..core.recognition import Recogniser, Score, checked_labels, default_labels, search
from .engine import load_engine
from .files import read_motion_file
from .report import Report
from .request import RecogniseRequest
from .terminal import Bar, CtrlC

_BAR = 24  # characters


def run(request: RecogniseRequest, ctrl_c: CtrlC, stdout: TextIO, stderr: TextIO) -> None:
    """Carries out the request and prints the scores. Raises `UserError`, and `KeyboardInterrupt` after Ctrl-C."""
    report = Report(ctrl_c, {"search": request.text} if request.text else {"file": str(request.files[0])})
    labels = _labels(request)
    with report.stage("files"):
        motions = {str(file): read_motion_file(file, request.scenes, request.up, stderr) for file in request.files}
    with report.stage("load"):
        engine = load_engine(request, None, ctrl_c, stderr)
    latents = {}
    with report.stage("read"), Bar(stderr, ctrl_c) as bar:
        for name, motion in motions.items():
            latents[name] = engine.encode(motion, request.pooling, bar)
    with report.stage("compare"):
        if request.text:
            scores = search(engine, request.text, latents)
        else:
            recogniser = Recogniser(engine, labels)
            (latent,), (motion,) = latents.values(), motions.values()
            scores = recogniser.scores(latent, motion)
    parts: list[LabelledPart] = []
    if not request.text:
        with report.stage("along"), Bar(stderr, ctrl_c) as bar:
            parts = labelled_parts(engine, recogniser, motion, bar)
        report.told |= {"frames": len(motion), "fps": motion.fps, "segments": [vars(part) for part in parts]}
    scores = scores[: request.top]
    report.told |= {
        "pack": engine.pack.title,
        "scores": [vars(score) for score in scores],
    }
    if request.text:
        report.note(engine.cut_prompts([request.text]), stderr)
    if request.as_json:
        print(report.as_json(), file=stdout)
        return
    print(_table(scores), file=stdout)
    if len(parts) > 1:
        print("One after the other:", *map(_line, parts), sep="\n", file=stdout)
    print(report.as_text(), file=stdout)


def _line(part: LabelledPart) -> str:
    return f"{part.start:6.1f} to {part.end:.1f} s  {part.name}  {100 * part.share:.0f} %"


def _labels(request: RecogniseRequest) -> tuple[str, ...]:
    if request.labels is None:
        return default_labels()
    try:
        return checked_labels(request.labels.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{request.labels} is no text file of labels; write one label a line.") from error


def _table(scores: list[Score]) -> str:
    """Returns a line per score: name, cosine, share and a bar relative to the largest share."""
    width = max(len(score.name) for score in scores)
    return "\n".join(
        f"{score.name:{width}}  {score.cosine:5.2f}  {100 * score.share:3.0f} %  "
        + "#" * max(round(_BAR * score.share / scores[0].share), 1)
        for score in scores
    )
