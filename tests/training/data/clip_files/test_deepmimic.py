"""DeepMimic's motion files: which way hinges bend, where it faces, how fast it goes, and damaged files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.errors import UserError
from tests.training.data import tiny
from training.data.clip_files.deepmimic import read_humanoid3d


def read(folder: Path, rows: np.ndarray, fps: float | None = None):
    return read_humanoid3d(tiny.write(folder / "a.humanoid3d.json", tiny.humanoid3d(rows)), fps)


def place(clip, bone: str, frame: int = 0) -> np.ndarray:
    return clip.heads[frame, clip.bones.index(bone)]


def test_it_rests_upright_facing_forward_with_its_left_to_the_left(tmp_path: Path):
    clip = read(tmp_path, tiny.humanoid3d_frames(2))
    assert place(clip, "left_hip")[0] > 0.05 and place(clip, "right_hip")[0] < -0.05
    assert place(clip, "left_ankle")[1] == pytest.approx(0.9 - 0.421546 - 0.409870)
    # its shoulders lie a little behind its chest
    assert place(clip, "left_shoulder")[2] < place(clip, "chest")[2]
    assert place(clip, "left_wrist")[1] < place(clip, "left_elbow")[1] < place(clip, "left_shoulder")[1]
    np.testing.assert_allclose(clip.rotations[0], clip.rest_rotations, atol=1e-9)


@pytest.mark.parametrize("side", ["left", "right"])
def test_knees_bend_backwards_and_elbows_forwards(tmp_path: Path, side: str):
    bent = np.full(2, np.pi / 2)
    clip = read(tmp_path, tiny.humanoid3d_frames(2, {f"{side}_knee": -bent, f"{side}_elbow": bent}))
    shin = place(clip, f"{side}_ankle") - place(clip, f"{side}_knee")
    forearm = place(clip, f"{side}_wrist") - place(clip, f"{side}_elbow")
    np.testing.assert_allclose(shin, [0, 0, -0.409870], atol=1e-6)
    np.testing.assert_allclose(forearm, [0, 0, 0.258947], atol=1e-6)


def test_the_root_turns_and_travels(tmp_path: Path):
    rows = tiny.humanoid3d_frames(2)
    rows[1, 1:4] = (2.0, 1.0, 0.5)  # two metres forward, half a metre to its right
    rows[1, 4:8] = rot.axis_angle_to_quat(np.array([0, np.pi / 2, 0])) * 3  # to the left; of any length
    clip = read(tmp_path, rows)
    np.testing.assert_allclose(place(clip, "root", 1), [-0.5, 1.0, 2.0], atol=1e-9)
    hips = place(clip, "left_hip", 1) - place(clip, "right_hip", 1)
    np.testing.assert_allclose(hips / np.linalg.norm(hips), [0, 0, -1], atol=1e-6)


def test_the_rate_is_that_of_the_durations_unless_another_is_given(tmp_path: Path):
    rows = tiny.humanoid3d_frames(5, seconds=1 / 60)
    rows[-1, 0] = 0  # the last frame has none in many files
    assert read(tmp_path, rows).fps == pytest.approx(60)
    assert read(tmp_path, rows, fps=15.0).fps == 15


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.humanoid3d.json is not a motion of DeepMimic's humanoid3d"),
        ("\x00\x01\x02", "a.humanoid3d.json is not a motion"),
        ("[]", "a.humanoid3d.json is not a motion"),
        ('{"Loop": "wrap"}', "a.humanoid3d.json is not a motion"),
        ('{"Frames": 3}', "a.humanoid3d.json holds no frames"),
        ('{"Frames": []}', "a.humanoid3d.json holds no frames"),
        ('{"Frames": [[1, 2], [1]]}', "a.humanoid3d.json is not a motion"),
        ('{"Frames": [["a", "b"]]}', "a.humanoid3d.json is not a motion"),
        (json.dumps({"Frames": [[0.1] * 43] * 2}), "a.humanoid3d.json has frames of 43 numbers; humanoid3d has 44."),
        (tiny.humanoid3d(tiny.humanoid3d_frames(9))[:-100], "a.humanoid3d.json is not a motion"),
        (tiny.humanoid3d(tiny.humanoid3d_frames(3) * np.nan), "a.humanoid3d.json holds numbers that are not finite"),
        (tiny.humanoid3d(tiny.humanoid3d_frames(3, seconds=0)), "a.humanoid3d.json gives its frames no duration"),
        (tiny.humanoid3d(tiny.humanoid3d_frames(3, seconds=1e-9)), "a.humanoid3d.json says that a frame lasts 1e-09 s"),
    ],
)
def test_files_that_are_damaged(tmp_path: Path, text: str, says: str):
    path = tiny.write(tmp_path / "a.humanoid3d.json", text)
    with pytest.raises(UserError) as error:
        read_humanoid3d(path)
    assert str(error.value).startswith(says) and str(error.value).endswith(".")


def test_a_missing_file(tmp_path: Path):
    with pytest.raises(UserError, match=r"^none\.humanoid3d\.json is not"):
        read_humanoid3d(tmp_path / "none.humanoid3d.json")
