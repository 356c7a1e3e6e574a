"""Measures generated motions: whether they show what their prompts say, how they differ, move and slide."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core.network_size import WINDOW

from ..data.captions import class_text
from ..shipped import shipped
from . import measures
from .items import Item, Items
from .model import Model, body_joints
from .recognition import class_names, class_vectors, ranks

PROMPTS = Path(__file__).with_name("unseen_prompts.json")
_EVERY = 6  # every sixth frame is compared in the search for the nearest clip
_STRIDE = 15  # frames between the windows of real clips
_WALK = "walk"


def unseen_prompts() -> dict:
    """Returns wordings that are in no caption: "classes" -> class -> two of them; "walking" -> more of walking."""
    return shipped(PROMPTS)


class RealWindows:
    """Windows of real spans: the joints' positions, facing +Z in the first frame.

    whole: (n, T, 22, 3) with the movement over the ground. placed: (n, T / 6, 22, 3) without it, a sixth of the frames.
    actions, clips: (n,) of each. first: (n,) whether it is its span's first.
    """

    def __init__(self, model: Model, items: Sequence[Item], frames: int, stride: int) -> None:
        whole, placed, actions, clips, first = [], [], [], [], []
        for item in items:
            motion = item.motion if len(item.motion) >= frames else item.first(frames)
            joints, root = body_joints(model.body, motion), motion.rotations[:, 0]
            for number, start in enumerate(range(0, len(joints) - frames + 1, stride)):
                part = slice(start, start + frames)
                whole.append(joints[part])
                placed.append(measures.in_place(joints[part], root[part])[::_EVERY])
                actions.append(item.action)
                clips.append(item.clip)
                first.append(number == 0)
        self.whole, self.placed = np.stack(whole), np.stack(placed)
        self.actions, self.clips, self.first = np.array(actions), np.array(clips), np.array(first)


def generate(model: Model, items: Items, quick: bool = False) -> dict:
    """Returns all figures of motions generated from unseen prompts, beside the same figures of real ones.

    All motions have the paper's 60 frames. Real figures are means over the prompts' classes of the means over a class's
    windows, because the generated motions weigh all classes alike. The prompts' classes are those of pack 1.1.0, and
    motions are ranked among them, so that packs of more classes are compared with it.
    """
    frames, fps = min(WINDOW, model.window[1]), model.pack.fps
    data, classes = unseen_prompts(), class_names()
    prompts = [(action, text) for action in classes for text in data["classes"][action][: 1 if quick else None]]
    actions = np.array([action for action, _ in prompts])
    texts = [text for _, text in prompts]
    poses = model.generate(model.prompts(texts), frames)
    positions = model.positions(poses)
    placed = measures.in_place(positions)[:, ::_EVERY]

    stride = _STRIDE * (4 if quick else 1)
    train, test = RealWindows(model, items.train, frames, stride), RealWindows(model, items.test, frames, frames)
    walking = model.prompts([*data["classes"][_WALK], *data["walking"]])
    walks = measures.sliding(model.positions(model.generate(walking, frames)), fps)
    made_walking, real_walking = _mean(walks), _walking(items, model, frames)
    return {
        "prompts": len(prompts),
        "frames": frames,
        "recognised": _recognised(model, poses, model.texts(texts), actions, classes),
        "nearest_real": _nearest(placed, actions, train)
        | {"of_held_out": _nearest(test.placed[test.first], test.actions[test.first], train)},
        "diversity": _diversity(placed, actions, train),
        "sliding_cm_s": {
            "generated": _mean(measures.sliding(positions, fps)),
            "real": _over_classes(measures.sliding(train.whole, fps), train.actions, classes),
            "generated_walking": made_walking,
            "real_walking": real_walking,
            "walking_ratio": made_walking / real_walking,
            "walking_prompts": len(walks),
        },
        "jerk_m_s3": {
            "generated": _mean(measures.jerk(positions, fps)),
            "real": _over_classes(measures.jerk(train.whole, fps), train.actions, classes),
        },
        "speed_m_s": {
            "generated": _mean(measures.speed(positions, fps)),
            "real": _over_classes(measures.speed(train.whole, fps), train.actions, classes),
        },
    }


def _recognised(
    model: Model, poses: np.ndarray, embeddings: np.ndarray, actions: np.ndarray, classes: list[str]
) -> dict:
    """Returns how often generated motions, encoded again, are nearest to their prompt's class.

    "prompts": the same for the prompts' own embeddings. "never": classes none of whose motions is recognised.
    """
    truth = np.array([classes.index(action) for action in actions])
    vectors = class_vectors(model, classes)
    again = ranks(model.encode_poses(poses), vectors, truth)
    told = ranks(embeddings, vectors, truth)
    missed = [class_text(action) for action in classes if (again[actions == action] > 0).all()]
    return {
        "classes": len(classes),
        "top1": 100 * float((again < 1).mean()),
        "top5": 100 * float((again < 5).mean()),
        "prompts": {"top1": 100 * float((told < 1).mean()), "top5": 100 * float((told < 5).mean())},
        "chance": {"top1": 100 / len(classes), "top5": 500 / len(classes)},
        "never": missed,
    }


def _nearest(placed: np.ndarray, actions: np.ndarray, real: RealWindows) -> dict:
    """Returns the distance in mm to the nearest training window, and how often its class is the motion's.

    placed: (n, T / 6, 22, 3). Both are means over the motions.
    """
    distance, same = [], []
    for motion, action in zip(placed, actions, strict=True):
        apart = measures.apart(real.placed, motion)
        at = int(np.argmin(apart))
        distance.append(apart[at])
        same.append(real.actions[at] == action)
    return {
        "mm": 1000 * float(np.mean(distance)),
        "same_class": 100 * float(np.mean(same)),
        "windows": len(real.placed),
    }


def _diversity(placed: np.ndarray, actions: np.ndarray, real: RealWindows) -> dict:
    """Returns the mean distance in mm between motions of different classes, generated and real (one window of each
    class).

    same_class: between the two wordings of a class; None with only one.
    """
    known = [action for action in np.unique(actions) if (real.actions == action).any()]
    # the middle one of a class's windows, because in the first ones people often stand and wait
    chosen = [np.flatnonzero(real.actions == action) for action in known]
    shown = real.placed[[of_class[len(of_class) // 2] for of_class in chosen]]
    first = placed[np.unique(actions, return_index=True)[1]]
    pairs = [np.flatnonzero(actions == action) for action in np.unique(actions)]
    twice = [measures.apart(placed[pair[0]], placed[pair[1]]) for pair in pairs if len(pair) > 1]
    return {
        "generated_mm": _between(first),
        "real_mm": _between(shown),
        "same_class_mm": 1000 * float(np.mean(twice)) if twice else None,
    }


def _between(motions: np.ndarray) -> float:
    """Returns the mean distance in mm over all pairs of motions (n, T, 22, 3)."""
    if len(motions) < 2:
        return 0.0
    distances = [measures.apart(motions[i + 1 :], motion) for i, motion in enumerate(motions[:-1])]
    return 1000 * float(np.concatenate(distances).mean())


def _walking(items: Items, model: Model, frames: int) -> float:
    """Returns the sliding of all real walks in cm/s, held out or not; every span has the same weight."""
    walks = [item for item in (*items.test, *items.train) if item.action == _WALK and len(item.motion) >= frames]
    if not walks:
        return float("nan")
    found = []
    for item in walks:
        joints = body_joints(model.body, item.motion)
        parts = [joints[s : s + frames] for s in range(0, len(joints) - frames + 1, frames)]
        found.append(_mean(measures.sliding(np.stack(parts), model.pack.fps)))
    return _mean(np.array(found))


def _over_classes(values: np.ndarray, actions: np.ndarray, classes: Sequence[str]) -> float:
    """Returns the mean of the classes' means, over those of `classes` that have values (n,). actions: (n,) of each."""
    return _mean(np.array([_mean(values[actions == action]) for action in classes if (actions == action).any()]))


def _mean(values: np.ndarray) -> float:
    """Returns the mean of the finite values; NaN without any."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
