"""Files as AMASS and BABEL have them, of people who swing their joints."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from motionclip_blender.core.origin import PELVIS_AT_REST

UP = np.array([np.pi / 2, 0, 0])
"""The root of somebody who stands in a world whose Z is up."""


def poses_at(times: np.ndarray, seed: int, numbers: int) -> np.ndarray:
    """(T, numbers) axis-angle: every joint swings about an axis of its own, slowly enough for any rate."""
    random = np.random.default_rng(seed)
    joints = numbers // 3
    axes = random.normal(size=(joints, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    speed, size, phase = (
        random.uniform(0.2, 0.6, joints),
        random.uniform(0.05, 0.35, joints),
        random.uniform(0, 6, joints),
    )
    angle = size * np.sin(2 * np.pi * speed * times[:, None] + phase)
    poses = angle[:, :, None] * axes
    poses[:, 0] = UP
    return poses.reshape(len(times), numbers)


def write(
    path: Path, frames: int = 300, fps: float = 120.0, seed: int = 0, model: str = "smplh", start: float = 0.0, **other
) -> Path:
    """A file of SMPL+H (156 numbers of a pose, `mocap_framerate`) or SMPL-X (165, `mocap_frame_rate`)."""
    times = start + np.arange(frames) / fps
    numbers, key = (156, "mocap_framerate") if model == "smplh" else (165, "mocap_frame_rate")
    trans = np.stack(
        (0.5 * times, 0.1 * np.sin(times), np.full(frames, -PELVIS_AT_REST[model][1] + 0.95 - 0.25)), axis=1
    )
    arrays = {
        "poses": poses_at(times, seed, numbers),
        "trans": trans,
        "betas": np.linspace(-1, 1, 16),
        "gender": np.array("female"),
        key: np.array(fps),
        ("dmpls" if model == "smplh" else "markers_latent"): np.zeros((frames, 8)),
    }
    arrays |= other
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def label(text: str, start: float | None = None, end: float | None = None, categories: list[str] | None = None) -> dict:
    """A label as BABEL has it."""
    said = {"raw_label": text, "proc_label": text.lower(), "act_cat": [text] if categories is None else categories}
    return said if start is None else said | {"start_t": start, "end_t": end}


def entry(path: str, seconds: float, whole: list[dict], parts: list[dict] | None = None) -> dict:
    """An entry as BABEL has it. path: of the data set on, as AMASS has it."""
    return {
        "babel_sid": 1,
        "feat_p": f"{path.split('/')[0]}/{path}",
        "dur": seconds,
        "seq_ann": {"labels": whole, "mul_act": len(whole) > 1},
        "frame_ann": None if parts is None else {"labels": parts},
    }


def write_babel(folder: Path, train: list[dict], val: list[dict] = ()) -> Path:
    """`train.json` and `val.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, entries in (("train", train), ("val", val)):
        data = {str(number): one for number, one in enumerate(entries)}
        (folder / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    return folder


WORDS = ("walk", "turn", "jump", "sit", "wave", "throw", "kick", "dance")
SETS = ("KIT", "CMU", "ACCAD", "BioMotionLab_NTroje", "MPI_HDM05", "SFU", "SSM_synced")
RATES = (120.0, 100.0, 59.94, 250.0)


def write_amass(folder: Path, babel: Path, files: int = 12, seconds: float = 9.0) -> tuple[Path, Path]:
    """Files of all rates and both models, each with three labels that follow each other; every sixth is BABEL's val."""
    parts: tuple[list[dict], list[dict]] = ([], [])
    for i in range(files):
        fps, home, model = RATES[i % 4], SETS[i % len(SETS)], ("smplh", "smplx")[i % 3 == 2]
        ending = "_poses" if model == "smplh" else "_stageii"
        frames = round(seconds * fps) + 1
        write(folder / home / f"s{i % 5}" / f"take{i:03d}{ending}.npz", frames, fps, i, model)
        path = f"{home}/s{i % 5}/take{i:03d}_poses.npz"
        words = [WORDS[(i + k) % len(WORDS)] for k in range(3)]
        times = (0, 0.2 * seconds, 0.55 * seconds, seconds)
        spans = [label(word, times[k], times[k + 1]) for k, word in enumerate(words)]
        lasting = (frames - 1) / fps
        parts[i % 6 == 5].append(entry(path, lasting, [label(words[0])], spans if i % 4 else None))
    return folder, write_babel(babel, *parts)
