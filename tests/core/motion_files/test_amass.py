"""Motion files: AMASS's form, out and in."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion_files import amass
from tests.synthetic import angle_between, random_motion


def test_a_saved_motion_comes_back(tmp_path):
    motion = random_motion(12, fps=24.0)
    amass.save(motion, tmp_path / "new" / "a.npz", betas=np.arange(10))
    again = amass.load(tmp_path / "new" / "a.npz")
    assert again.fps == 24
    assert angle_between(again.rotations, motion.rotations).max() < 1e-5
    assert (again.translation == motion.translation).all()


def test_files_have_the_keys_that_other_programs_read(tmp_path):
    amass.save(random_motion(12), tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz", allow_pickle=False) as data:
        assert data["poses"].shape == (12, 165) and data["poses"].dtype == np.float32
        assert data["trans"].shape == (12, 3) and data["betas"].shape == (10,)
        assert data["gender"] == "neutral" and data["surface_model_type"] == "smplx"
        assert data["mocap_frame_rate"] == 30
        assert data["up_axis"] == "Y" and data["trans_origin"] == "smplx"


def test_the_older_spelling_of_the_rate_is_read(tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.zeros((4, 165)), trans=np.zeros((4, 3)), mocap_framerate=120.0)
    assert amass.load(tmp_path / "a.npz").fps == 120


def written(path, **changes):
    arrays = {"poses": np.zeros((4, 165)), "trans": np.zeros((4, 3)), "mocap_frame_rate": 30.0} | changes
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"poses": np.zeros((4, 160))}, r"shape \(4, 160\); it needs"),
        ({"trans": np.zeros((5, 3))}, "trans has 5 frames and its poses have 4"),
        ({"poses": np.zeros((0, 165)), "trans": np.zeros((0, 3))}, "no frames"),
        ({"poses": None}, "has no poses"),
        ({"mocap_frame_rate": None}, "has no mocap_frame_rate"),
        ({"mocap_frame_rate": 0.0}, "positive number"),
        ({"poses": np.full((4, 165), np.nan)}, "not finite"),
    ],
)
def test_files_of_another_kind_are_refused_in_a_sentence(tmp_path, changes, message):
    with pytest.raises(UserError, match=f"a.npz.*{message}"):
        amass.load(written(tmp_path / "a.npz", **changes))


def test_missing_and_damaged_files_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(UserError):
        amass.load(tmp_path / "none.npz")
    whole = written(tmp_path / "a.npz").read_bytes()
    for name, content in {"cut": whole[: len(whole) // 2], "text": b"poses", "empty": b""}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UserError):
            amass.load(tmp_path / name)


class Touch:
    """Unpickling this makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_pickled_contents_are_never_run(tmp_path):
    mark = tmp_path / "mark"
    np.savez(tmp_path / "a.npz", poses=np.array([Touch(mark)], object), trans=np.zeros((1, 3)), mocap_framerate=1)
    (tmp_path / "b.npz").write_bytes(pickle.dumps(Touch(mark)))
    for name in ("a.npz", "b.npz"):
        with pytest.raises(UserError):
            amass.load(tmp_path / name)
    assert not mark.exists()
