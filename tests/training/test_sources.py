"""Real clips through Blender's importers. Skipped where the motions are not at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("bpy")

from motionclip_blender.core import amass
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.motion import heading
from motionclip_blender.core.skeleton import INDEX
from training.prepare import prepare
from training.retarget import matching_map, retarget
from training.sources import SourceFile, read_clips, source_files

MOTIONS = Path(__file__).resolve().parents[2].parent / "shared" / "motions"
needs_motions = pytest.mark.skipif(not MOTIONS.is_dir(), reason="the motion clips are not beside the repository")

LIMBS = [
    (f"{side}_{near}", f"{side}_{far}")
    for side in ("left", "right")
    for near, far in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
]


def first_clip(source: str):
    file = next(file for file in source_files(MOTIONS) if file.source == source)
    return next(clip for _, clip in read_clips(file))


@needs_motions
@pytest.mark.parametrize("source", ["kaykit", "mesh2motion-base", "mesh2motion-addon", "quaternius", "cmu"])
def test_limbs_point_as_in_the_source_and_the_body_stands(source: str):
    clip, body = first_clip(source), Body.load()
    motion = retarget(clip, body)
    pairs, index = matching_map(clip.bones), {name: i for i, name in enumerate(clip.bones)}
    joints = body.posed_joints(motion)
    turn = joints[0, INDEX["left_hip"]] - joints[0, INDEX["right_hip"]]
    theirs_turn = clip.heads[0, index[pairs["left_hip"][0]]] - clip.heads[0, index[pairs["right_hip"][0]]]
    # the motion was turned to face forward as a whole; undo that before directions are compared
    about = np.arctan2(theirs_turn[0], theirs_turn[2]) - np.arctan2(turn[0], turn[2])
    unturned = np.array([[np.cos(about), 0, np.sin(about)], [0, 1, 0], [-np.sin(about), 0, np.cos(about)]])
    angles = []
    for near, far in LIMBS:
        ours = (joints[:, INDEX[far]] - joints[:, INDEX[near]]) @ unturned.T
        theirs = clip.heads[:, index[pairs[far][0]]] - clip.heads[:, index[pairs[near][0]]]
        cosine = (ours * theirs).sum(-1) / np.linalg.norm(ours, axis=-1) / np.linalg.norm(theirs, axis=-1)
        angles.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    assert np.mean(angles) < 3
    assert abs(heading(motion.rotations[0, 0])) < 1e-3
    lowest = body.posed_vertices(motion, ids=body.contacts)[..., 1].min(axis=1)
    assert np.percentile(lowest, 5) == pytest.approx(0, abs=1e-3)


@needs_motions
def test_cmu_rates_are_those_of_the_index_and_the_added_rest_frame_is_dropped():
    files = {file.path.stem: file for file in source_files(MOTIONS) if file.source == "cmu"}
    ((clip_id, clip),) = read_clips(files["60_10"])  # 19.97 s at 60 fps; its header says 120
    assert clip_id == "cmu/60_10" and clip.fps == 30
    assert len(clip.rotations) == pytest.approx(19.97 * 30, abs=2)


@needs_motions
def test_preparing_writes_motions_that_load(tmp_path: Path):
    assert prepare(MOTIONS, tmp_path, only="quaternius") == []
    walk = amass.load(tmp_path / "quaternius" / "Walk.npz")
    assert walk.fps == 30 and 30 < len(walk) < 60


def test_a_folder_without_clips(tmp_path: Path):
    with pytest.raises(UserError, match="holds no clips"):
        source_files(tmp_path)


def test_a_damaged_file_is_named_and_the_rest_goes_on(tmp_path: Path):
    (tmp_path / "cc0" / "quaternius").mkdir(parents=True)
    (tmp_path / "cc0" / "quaternius" / "broken.gltf").write_text("{")
    (problem,) = prepare(tmp_path, tmp_path / "out")
    assert problem.startswith("broken.gltf: ")


def test_a_file_without_a_skeleton(tmp_path: Path):
    path = tmp_path / "empty.gltf"
    path.write_text('{"asset": {"version": "2.0"}, "scenes": [{"nodes": []}], "scene": 0}')
    with pytest.raises(UserError, match="0 skeletons"):
        list(read_clips(SourceFile("quaternius", path)))
