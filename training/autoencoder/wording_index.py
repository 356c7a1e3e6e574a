"""`python -m training wordings`: gives a pack its wordings as texts, and what they say of classes and motions.

Beside the pack's weights it writes `wordings.json` and `wordings.safetensors` (see `core.prompt_plan.wording_index`).
A pack that was exported earlier gets them without training: the wordings are made anew from the captions, and it is
proven row by row that they are those of the pack's table. `python -m training export` does the same for its packs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from motionclip_blender.core.cleanup.pipeline import motions_of
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path, write_json
from motionclip_blender.core.inference.prompt_retrieval import PromptRetrieval
from motionclip_blender.core.measure import measured_side, measured_travel, measured_turn
from motionclip_blender.core.pack import Pack
from motionclip_blender.core.progress import Progress, no_progress
from motionclip_blender.core.prompt_plan.sense import Sense
from motionclip_blender.core.prompt_plan.word_features import WORDS, WordVectors, content, tells_all, vocabulary_of
from motionclip_blender.core.prompt_plan.wording_index import NUMBERS, TEXTS, WordingIndex

from ..data.captions import CaptionedSpan
from ..data.class_phrases import Heard, class_phrases
from ..data.own_captions import add_option
from ..data.splits import take_of
from ..data.wordings import table, trained_spans, trained_with
from ..stages import told_on_stderr
from .sense import fitted

NOT_UNDERSTOOD = Path(__file__).parents[1] / "data" / "not_understood.json"
_RARE = 6  # least number of wordings with a word that is used
_FEW = 1000  # wordings, of fewer than which every word is used
_RIDGE = 3.0
_STEEP, _DECAY, _SMOOTHED, _ROUNDS = 4.0, 1e-5, 0.2, 25  # of the logistic part; chosen with takes left out
_LEVELS = 127  # of a weight in eight bits, to either side
_BALANCE = 0.4  # exponent of the weights of rare classes
_FOLDS = 3
_SAME = 0.97  # least cosine of a wording's embedding to its row in the table
_FRAMES = 60
_STAGES = {"texts": 0.0, "classes": 0.15, "sense": 0.35, "motions": 0.37, "sureness": 0.42}
"""How much is done when a stage begins, of the default pack's wordings."""


@dataclass(frozen=True, eq=False)
class _Others:
    """Lines that ask for nothing known. directions: (n, D) in CLIP's space."""

    lines: list[str]
    directions: np.ndarray


def check_rows(
    engine: Engine, retrieval: PromptRetrieval, texts: list[str], motions: list[int], classes: list[str]
) -> None:
    """Raises `UserError` unless `texts` are the wordings of the table, row by row."""
    names = sorted(set(classes))
    same = len(texts) == len(retrieval) and np.array_equal(motions, retrieval.motions)
    if not (same and np.array_equal([names.index(each) for each in classes], retrieval.classes)):
        raise UserError("The captions are not those that the pack was trained on; use its own captions and split.")
    cosines = np.sum(retrieval.direction(engine.encode_texts(texts)) * retrieval.directions, axis=1)
    if cosines.min() < _SAME:
        raise UserError(
            f'"{texts[int(cosines.argmin())]}" is not where the pack has it; use the captions it was trained on.'
        )


def write_index(engine: Engine, captions: Sequence[Path] = (), progress: Progress = no_progress) -> None:
    """Writes the two files into the engine's pack, and their checksums into its `pack.json`.

    captions: folders of those that it was trained on, if they are not the repository's.
    Raises `UserError` for a pack without wordings, or of other captions.
    """
    retrieval = engine.retrieval
    if retrieval is None:
        raise UserError(
            f"The pack {engine.pack.folder} has no known wordings; choose one that was trained on captions."
        )
    trained = trained_with(engine.pack.info, captions)
    texts, motions, classes, spans = table(*trained)
    check_rows(engine, retrieval, texts, motions, classes)
    names = sorted(set(classes))
    heard = [Heard(c, span.action, take_of(span.clip)) for span in trained_spans(*trained) for c in span.captions]
    heard += class_phrases(names)
    said = [each.text for each in heard]
    progress(f"reading {len(said):,} texts of {len(names)} classes", _STAGES["texts"])
    words = WordVectors.of(said, _RARE if len(said) > _FEW else 1)
    x = _features(retrieval.direction(engine.encode_texts(said)), words, said)
    y = np.array([names.index(each.action) for each in heard])
    progress("fitting what words say of classes", _STAGES["classes"])
    classifier, bias = _classifier(x, y, len(names))
    steps = (np.abs(classifier).max(axis=0) / _LEVELS).astype(np.float32)  # of each class
    rows = [words.indices(text) for text in texts]
    progress("fitting the sense of texts", _STAGES["sense"])
    lines = not_understood(texts)
    others = _Others(lines, retrieval.direction(engine.encode_texts(lines)))
    sense, of_sense = fitted(said, lines, x[:, : retrieval.width], others.directions)
    numbers = {
        "sense": of_sense,
        "classifier": np.round(classifier / steps).astype(np.int8),
        "classifier_steps": steps,
        "bias": bias.astype(np.float32),
        "weights": words.weights.astype(np.float16),
        "word_counts": np.array([len(row) for row in rows], np.int16),
        "word_features": np.array([i for row in rows for i in row], np.int16),
        "sureness": np.zeros(9, np.float32),
    }
    progress(f"measuring {len(spans):,} motions", _STAGES["motions"])
    described = {
        "format": "motionclip-wordings",
        "format_version": 1,
        "texts": texts,
        "classes": names,
        "features": words.known,
        "sense": sense,
        "motions": _facts(engine, retrieval, spans),
        "phrases": {name: [each.text for each in class_phrases([name])] for name in names},
    }
    index = WordingIndex(retrieval, described, numbers)
    numbers["sureness"] = _sureness(index, retrieval, motions, spans, heard, x, y, words, others, progress)
    with whole_path(engine.pack.folder / NUMBERS) as path:
        save_file(numbers, path)
        write_json(engine.pack.folder / TEXTS, described, indent=None)
    note_checksums(engine.pack, TEXTS, NUMBERS)


def note_checksums(pack: Pack, *names: str, **info: str) -> None:
    """Adds the checksums of these files to those in `pack.json`, and `info` to its own; the rest stays as it is."""
    path = pack.folder / "pack.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    digests = {name: hashlib.sha256((pack.folder / name).read_bytes()).hexdigest() for name in names}
    described["checksums"] = described.get("checksums", {}) | digests
    if info:
        described["info"] = described.get("info", {}) | info
    write_json(path, described)


def _features(directions: np.ndarray, words: WordVectors, texts: Sequence[str]) -> np.ndarray:
    """Returns directions (n, D) of texts, followed by their words, (n, D + V).

    It is a gigabyte for the default pack, so there is no copy on the way.
    """
    width = directions.shape[1]
    x = np.empty((len(texts), width + len(words.known)), directions.dtype)
    x[:, :width] = directions
    for row, text in zip(x, texts, strict=True):
        row[width:] = WORDS * words.vector(text)
    return x


def _classifier(x: np.ndarray, y: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Fits classes on features (n, F): the mean of a ridge and a logistic regression, which err on other texts.

    Returns weights (F, C) and biases (C,), for evidence of about 1 for the right class and about 0 for others.
    """
    weights = (1 / np.bincount(y, minlength=classes).clip(1) ** _BALANCE)[y].astype(np.float32)
    weights /= weights.mean()
    (matrix, bias), (steep, shift) = _ridge(x, y, weights, classes), _smoothed_logistic(x, y, weights, classes)
    return (matrix + steep) / 2, (bias + shift) / 2


def _ridge(x: np.ndarray, y: np.ndarray, weights: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    truth = np.eye(classes, dtype=np.float32)[y]
    bias = np.average(truth, axis=0, weights=weights)
    weighted = x * weights[:, None]
    gram = weighted.T @ x
    gram[np.diag_indices(len(gram))] += _RIDGE
    return np.linalg.solve(gram, weighted.T @ (truth - bias)), bias


def _smoothed_logistic(
    x: np.ndarray, y: np.ndarray, weights: np.ndarray, classes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Fits a logistic regression with smoothed labels (Szegedy et al., 2016), its logits scaled to a range of 1."""
    import torch

    steep = np.multiply(x, _STEEP, dtype=np.float32)
    features, truth, shares = torch.from_numpy(steep), torch.tensor(y), torch.tensor(weights)
    matrix = torch.zeros(x.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimiser = torch.optim.LBFGS([matrix, bias], max_iter=_ROUNDS, history_size=8, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        each = torch.nn.functional.cross_entropy(
            features @ matrix + bias, truth, reduction="none", label_smoothing=_SMOOTHED
        )
        loss = (each * shares).mean() + _DECAY * (matrix**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    scale = 1 / np.log((1 - _SMOOTHED) * classes / _SMOOTHED)
    return scale * _STEEP * matrix.detach().numpy(), scale * bias.detach().numpy()


def _facts(engine: Engine, retrieval: PromptRetrieval, spans: list[CaptionedSpan]) -> list[list]:
    """Measures each motion: see `Facts`."""
    out = []
    for start in range(0, len(spans), 32):
        part = range(start, min(start + 32, len(spans)))
        latents = np.stack(
            [retrieval.latent(i) if (retrieval.motions == i).any() else np.zeros(retrieval.width) for i in part]
        )
        for i, whole in zip(part, motions_of(engine, latents, engine.pack.frames[1]), strict=True):
            motion = whole.crop(0, _FRAMES)
            travel, metres = measured_travel(motion)
            turn = measured_turn(whole if spans[i].after == "hold" else motion)
            facts = [spans[i].after, None if travel is None else round(travel, 1), round(metres / motion.seconds, 2)]
            sides = [_signed(*measured_side(motion, engine.body, limb)) for limb in ("arm", "leg")]
            out.append([*facts, round(turn, 1), *sides])
    return out


def _signed(side: str, more: float) -> float:
    return round(more if side == "left" else -more, 3)


def _sureness(
    index: WordingIndex,
    retrieval: PromptRetrieval,
    motions: list[int],
    spans: list[CaptionedSpan],
    heard: list[Heard],
    x: np.ndarray,
    y: np.ndarray,
    words: WordVectors,
    others: _Others,
    progress: Progress,
) -> np.ndarray:
    """Fits a logistic regression on `WordingIndex.sureness_features`. Returns its weights and a constant, (9,) float32.

    Positive examples are wordings whose take is left out and which find their class; where classes have one take each,
    the wordings alone are left out. Negative examples are `others`. The sense of both is that of a model which has not
    learned from them. Raises `UserError` where no wording finds its class.
    """
    by_take = [each.take for each in heard], [take_of(spans[m].clip) for m in motions]
    by_text = [each.text for each in heard], index.texts
    for left_out, left_out_row in (by_take, by_text):
        read, truth = _examples(
            index, retrieval, heard, x, y, words, others, _folds_of(left_out), _folds_of(left_out_row), progress
        )
        if any(truth):
            return _logistic(np.array(read), np.array(truth))
    raise UserError("None of the wordings finds its class when it is left out; write more wordings of each class.")


def _folds_of(names: Iterable[str]) -> np.ndarray:
    return np.array([zlib.crc32(name.encode()) % _FOLDS for name in names])


def _examples(
    index: WordingIndex,
    retrieval: PromptRetrieval,
    heard: list[Heard],
    x: np.ndarray,
    y: np.ndarray,
    words: WordVectors,
    others: _Others,
    fold_of: np.ndarray,
    row_fold: np.ndarray,
    progress: Progress,
) -> tuple[list[np.ndarray], list[float]]:
    """Returns the features of the examples of `_sureness`, each of a model that has not learned from its fold, and
    whether they are wordings (1) or others (0).

    fold_of: (n,) of the texts that are heard. row_fold: of the table's rows.
    """
    fold_of_other = _folds_of(others.lines)
    row_class = retrieval.classes[retrieval.motions]
    directions, read, truth = retrieval.directions, [], []
    for fold in range(_FOLDS):
        if (fold_of == fold).all() or (row_fold == fold).all():
            continue
        done = _STAGES["sureness"] + (1 - _STAGES["sureness"]) * fold / _FOLDS
        progress(f"fitting how sure choices are, part {fold + 1} of {_FOLDS}", done)
        learned, learned_other = fold_of != fold, fold_of_other != fold
        classifier, bias = _classifier(x[learned], y[learned], len(index.actions))
        sense = Sense(
            *fitted(
                [each.text for each, there in zip(heard, learned, strict=True) if there],
                [line for line, there in zip(others.lines, learned_other, strict=True) if there],
                x[learned, : retrieval.width],
                others.directions[learned_other],
            ),
            retrieval.width,
        )
        of_fold = np.flatnonzero(~learned)[::5]
        vocabulary = vocabulary_of(text for text, of in zip(index.texts, row_fold, strict=True) if of != fold)
        alike = (x[of_fold, : retrieval.width] @ directions[row_fold != fold].T).max(axis=1)
        evidence = x[of_fold] @ classifier + bias
        for i, near, speaks in zip(of_fold, alike, evidence, strict=True):
            if speaks.argmax() == y[i] and (row_class[row_fold != fold] == y[i]).any():
                text = heard[i].text
                shared = index.shared_words(words.vector(text))[row_fold != fold].max()
                contained = index.contained(text)[row_fold != fold].max()
                means = sense.of(x[i, : retrieval.width], text)
                read.append(
                    index.sureness_features(
                        text, float(near), speaks, float(shared), float(contained), means, vocabulary
                    )
                )
                truth.append(1.0)
        for i in np.flatnonzero(~learned_other):
            line, direction = others.lines[i], others.directions[i]
            said = words.vector(line)
            shared, contained = float(index.shared_words(said).max()), float(index.contained(line).max())
            near, speaks = float((directions @ direction).max()), index.class_evidence(direction, said)
            means = sense.of(direction, line)
            read.append(index.sureness_features(line, near, speaks, shared, contained, means))
            truth.append(0.0)
    return read, truth


def not_understood(texts: Iterable[str]) -> list[str]:
    """Returns the lines of `NOT_UNDERSTOOD` that ask for nothing which one of the wordings `texts` says."""
    lines = json.loads(NOT_UNDERSTOOD.read_text(encoding="utf-8"))["lines"]
    by_word: dict[str, list[set[str]]] = {}
    for told in map(content, texts):
        for word in told:
            by_word.setdefault(word, []).append(told)

    def said_of(line: str) -> bool:
        said = content(line)
        # a wording that says all of a line has its rarest word, too
        rarest = min((by_word.get(word, []) for word in said), key=len, default=[])
        return any(tells_all(said, told) for told in rarest)

    return [line for line in lines if not said_of(line)]


def _logistic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Fits a logistic regression by Newton's method, with equal weights of both answers. Returns (F + 1,) float32."""
    x = np.concatenate((x, np.ones((len(x), 1))), axis=1)
    weight = np.where(y > 0.5, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ beta)))
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 0.1 * np.eye(len(beta))
        beta += np.linalg.solve(hessian, x.T @ (weight * (y - p)) - 0.1 * beta)
    p = x @ beta > 0
    shares = [100 * p[y > 0.5].mean(), 100 * p[y < 0.5].mean()]
    print(f"Understood: {shares[0]:.1f} % of left-out wordings, {shares[1]:.1f} % of other lines", flush=True)
    return beta.astype(np.float32)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training wordings", description=__doc__)
    parser.add_argument("--pack", type=Path, help="pack folder; the default pack if left out")
    add_option(parser, "what the pack was trained on")
    options = parser.parse_args(arguments)
    engine = Engine(options.pack, compute="numpy")
    write_index(engine, options.captions, told_on_stderr())
    print(engine.pack.folder / TEXTS)
    return 0
