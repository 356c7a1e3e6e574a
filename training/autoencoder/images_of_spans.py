"""Finds the rendered frames that windows of captioned spans show, for equation 3."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion, heading
from motionclip_blender.core.skeleton import BODY_JOINTS

from ..text_adapter.file import check_same
from .dataset import Sample
from .rendered_images import RenderedImages, chosen_image, likeness


class Frames:
    """The embeddings of the frames of each sample, of its mirror image where it is one."""

    def __init__(
        self,
        paths: Path | Sequence[Path],
        samples: Sequence[Sample],
        text_adapter: str = "",
        body: Body | None = None,
        views_as_one: bool = False,
    ) -> None:
        """Reads the files of embeddings; see `RenderedImages`.

        text_adapter: digest of that of the run. body: to take the frames whose poses are farthest from rest; without
        it they are not compared. views_as_one: see `RenderedImages.with_views_as_one`.
        Raises `UserError` for a file that is damaged, or of another text adapter.
        """
        images = RenderedImages.load(paths)
        name = paths if isinstance(paths, Path) else paths[0]
        remedy = "embed the frames by an image tower of the same adapter"
        check_same(images.text_adapter, text_adapter, f"{name} was made", remedy)
        images = images.with_views_as_one() if views_as_one else images
        rows: dict[str, list[int]] = {}
        for row in np.argsort(images.numbers, kind="stable"):
            rows.setdefault(str(images.clips[row]), []).append(int(row))
        self._places: list[np.ndarray] = []
        self._embeddings: list[np.ndarray] = []
        for sample in samples:
            places = {row: sample.place(int(images.numbers[row])) for row in rows.get(sample.clip, [])}
            inside = {row: place for row, place in places.items() if place is not None}
            self._places.append(np.array([*inside.values()]))
            self._embeddings.append(images.embeddings[int(sample.is_mirrored), [*inside]])
        self._away = away_from_rest(samples, self._places, body) if body else None

    def of(
        self,
        chosen: np.ndarray,
        shown: np.ndarray,
        random: np.random.Generator,
        texts: np.ndarray | None = None,
        count: int = 1,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the image (n, 512) of each window of chosen samples, and (n,) whether it has one.

        shown: (n, 2), the frames of its sample that a window begins with and ends before. texts: (n, 512), to take the
        frames that are most like the window's text; without them those that are farthest from rest, if there is a
        body, or random ones. count: of how many frames of the window, at most, an image is the mean.
        """
        picked, known = [], []
        for k, i in enumerate(chosen):
            part = slice(*np.searchsorted(self._places[i], shown[k]))
            frames = self._embeddings[i][part]
            known.append(len(frames) > 0)
            worth = self._away[i][part] if self._away else None
            worth = worth if texts is None else likeness(frames, texts[k])
            picked.append(chosen_image(frames, random, worth, count) if len(frames) else np.ones(frames.shape[-1]))
        return np.stack(picked).astype(np.float32), np.array(known)


def away_from_rest(samples: Sequence[Sample], places: Sequence[np.ndarray], body: Body) -> list[np.ndarray]:
    """Returns how far the poses of each sample at its `places` (k,) are from rest: (k,), in metres, the mean over the
    joints. Rest is the mean over all of these poses, which stands with its arms down."""
    poses = [_joints(sample, at, body) for sample, at in zip(samples, places, strict=True)]
    rest = np.concatenate(poses).mean(axis=0)
    return [np.linalg.norm(of_sample - rest, axis=-1).mean(axis=-1) for of_sample in poses]


def _joints(sample: Sample, places: np.ndarray, body: Body) -> np.ndarray:
    """Returns the joints (k, 22, 3) of a sample at places (k,): relative to the pelvis, each facing +Z."""
    if not len(places):
        return np.zeros((0, len(BODY_JOINTS), 3))
    at = places.round().astype(int)
    poses = Motion(sample.recorded.rotations[at], sample.recorded.translation[at], sample.recorded.fps)
    poses = poses.mirror() if sample.is_mirrored else poses
    joints = body.posed_joints(poses)[:, : len(BODY_JOINTS)]
    turns = rot.quat_to_matrix(rot.axis_angle_to_quat(np.outer(-heading(poses.rotations[:, 0]), (0.0, 1.0, 0.0))))
    return (joints - joints[:, :1]) @ np.swapaxes(turns, -1, -2)
