"""Clips that go from one process to another."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from motionclip_blender.core.clip_files.archive import load_clips, save_clips
from tests.training.data import people


def test_clips_come_back_as_they_were(open_body, tmp_path):
    plain = people.jumping(people.proportions(open_body))
    other = replace(plain.resample(24.0), idle=plain.rest_rotations, note="ä note", y_up=False)
    save_clips(tmp_path / "a.npz", [("one", plain), ("zwei ü", other)])
    found = load_clips(tmp_path / "a.npz")
    assert [name for name, _ in found] == ["one", "zwei ü"]
    for (_, read), wanted in zip(found, (plain, other), strict=True):
        for field in fields(wanted):
            a, b = getattr(read, field.name), getattr(wanted, field.name)
            assert np.array_equal(a, b) if isinstance(b, np.ndarray) else a == b


def test_no_clips(tmp_path):
    save_clips(tmp_path / "a.npz", [])
    assert load_clips(tmp_path / "a.npz") == []
