"""Hands that touch still do on a person of other proportions."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.kinematics import posed
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.retarget.touching import Touching
from motionclip_blender.core.skeleton import HAND_JOINTS, INDEX, JOINTS, PARENTS

WRISTS = [INDEX["left_wrist"], INDEX["right_wrist"]]


def joints() -> np.ndarray:
    return Body.load().joints()


def scaled(factor: float, *parts: str) -> np.ndarray:
    """The open body's joints, with the bones that end in some joints longer or shorter."""
    ours = joints()
    out = ours.copy()
    for joint, parent in enumerate(PARENTS[1:], start=1):
        size = factor if any(part in JOINTS[joint] for part in parts) else 1.0
        out[joint] = out[parent] + (ours[joint] - ours[parent]) * size
    return out


def motion(*poses: dict[str, tuple[float, float, float]]) -> Motion:
    """A motion that goes evenly from pose to pose, (joint: degrees about X, Y, Z), ten frames each."""
    keys = np.zeros((len(poses), len(JOINTS), 3))
    for number, pose in enumerate(poses):
        for joint, turn in pose.items():
            keys[number, INDEX[joint]] = np.radians(turn)
    at = np.linspace(0, len(poses) - 1, 10 * (len(poses) - 1) + 1)
    turns = np.stack([np.interp(at, np.arange(len(poses)), row) for row in keys.reshape(len(poses), -1).T], axis=1)
    return Motion(rot.axis_angle_to_quat(turns.reshape(len(at), len(JOINTS), 3)), np.zeros((len(at), 3)), 30.0)


ASIDE = {"left_shoulder": (0, 0, -20), "right_shoulder": (0, 0, 20)}
CLAP = {
    "left_shoulder": (0, -80, 0), "right_shoulder": (0, 80, 0), "left_elbow": (0, -50, 0), "right_elbow": (0, 50, 0),
    "left_wrist": (-90, 0, 0), "right_wrist": (-90, 0, 0),
}  # fmt: skip
ON_HEAD = {"left_shoulder": (0, 0, 40), "left_elbow": (0, -15, 130)}
ON_THIGH = {"left_shoulder": (0, -5, -70), "left_elbow": (0, -46, -29), "left_hip": (-80, 0, 0)}

PEOPLE = {
    "short arms": scaled(0.85, "elbow", "wrist"),
    "long arms": scaled(1.15, "elbow", "wrist"),
    "long trunk": scaled(1.15, "spine", "neck", "head", "collar", "shoulder"),
    "broad shoulders": scaled(1.25, "collar", "shoulder"),
}


def vertices(body: Body, rest: np.ndarray, moving: Motion) -> np.ndarray:
    """(T, V, 3) of the open body's surface moved along with the joints to `rest`, by linear blend skinning."""
    skin = body.template + body.weights @ (rest - body.joints())
    spins, places = posed(moving, rest)
    offsets = places - np.einsum("tjab,jb->tja", spins, rest)
    moved = np.einsum("nj,tjab->tnab", body.weights[::5], spins)
    return np.einsum("tnab,nb->tna", moved, skin[::5]) + np.einsum("nj,tja->tna", body.weights[::5], offsets)


def touches(moving: Motion) -> list[tuple[int, int, int]]:
    """(frame, vertex of the left hand, vertex of what it touches) of those within 2 cm on the open body."""
    body = Body.load()
    owner = np.argmax(body.weights[::5], axis=1)
    hand = np.flatnonzero(np.isin(owner, [INDEX["left_wrist"], *(INDEX[j] for j in HAND_JOINTS if "left" in j)]))
    own = [INDEX[f"left_{joint}"] for joint in ("collar", "shoulder", "elbow")]
    other = np.setdiff1d(np.flatnonzero(~np.isin(owner, own)), hand)
    found = []
    for frame, skin in enumerate(vertices(body, body.joints(), moving)):
        apart = np.linalg.norm(skin[hand][:, None] - skin[other][None], axis=-1)
        a, b = np.unravel_index(apart.argmin(), apart.shape)
        if apart[a, b] < 0.02:
            found.append((frame, int(hand[a]), int(other[b])))
    return found


def off(rest: np.ndarray, moving: Motion, plain: Motion, places: list[tuple[int, int, int]]) -> np.ndarray:
    """Metres by which touching points are elsewhere relative to each other than on the open body."""
    body = Body.load()
    frames, hands, others = np.array(places).T
    ours, theirs = vertices(body, body.joints(), plain), vertices(body, rest, moving)
    apart = (theirs[frames, hands] - theirs[frames, others]) - (ours[frames, hands] - ours[frames, others])
    return np.linalg.norm(apart, axis=1)


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("pose", [CLAP, ON_HEAD, ON_THIGH], ids=["clap", "on the head", "on the thigh"])
def test_hands_that_touch_still_do(pose: dict, person: str) -> None:
    moving, rest = motion(ASIDE, pose, ASIDE), PEOPLE[person]
    places = touches(moving)
    assert places, "it shows a touch"
    kept = Touching(joints(), rest).kept(moving)
    before, after = (off(rest, one, moving, places).max() for one in (moving, kept))
    assert after < 0.02 or after < 0.4 * before, (before, after)
    np.testing.assert_array_equal(kept.translation, moving.translation)
    assert np.abs(np.linalg.norm(kept.rotations, axis=-1) - 1).max() < 1e-5


def test_hands_meet_where_both_arms_are_too_short_for_the_place() -> None:
    ahead = {"left_shoulder": (0, -109, 0), "right_shoulder": (0, 109, 0)}
    moving, rest = motion(ASIDE, ahead, ASIDE), scaled(0.7, "elbow", "wrist")
    places = [(frame, hand, other) for frame, hand, other in touches(moving) if frame == 10]
    assert places, "the hands touch with straight arms"
    kept = Touching(joints(), rest).kept(moving)
    before, after = (off(rest, one, moving, places).max() for one in (moving, kept))
    assert after < 0.01 < 0.09 < before
    apart = posed(kept, rest)[1][10, WRISTS[0]] - posed(moving, joints())[1][10, WRISTS[0]]
    assert np.linalg.norm(apart) > 0.05, "it is elsewhere, because neither reaches that far"


def test_only_arms_turn_and_hands_keep_their_directions() -> None:
    moving, rest = motion(ASIDE, CLAP, ASIDE), PEOPLE["short arms"]
    kept = Touching(joints(), rest).kept(moving)
    arms = [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("collar", "shoulder", "elbow", "wrist")]
    others = np.setdiff1d(np.arange(len(JOINTS)), arms)
    np.testing.assert_array_equal(kept.rotations[:, others], moving.rotations[:, others])
    before, after = (posed(one, rest)[0][:, WRISTS] for one in (moving, kept))
    assert np.abs(before - after).max() < 1e-4
    assert np.abs(kept.rotations - moving.rotations).max() > 0.01


def test_hands_that_are_far_and_people_alike_change_nothing() -> None:
    aside = motion(ASIDE, {**ASIDE, "left_elbow": (0, -30, 0)})
    np.testing.assert_array_equal(Touching(joints(), PEOPLE["short arms"]).kept(aside).rotations, aside.rotations)
    clap = motion(ASIDE, CLAP)
    assert Touching(joints(), joints() + np.float32(0.3)).kept(clap) is clap


def test_nothing_jumps_where_a_hand_comes_near() -> None:
    moving, rest = motion(ASIDE, CLAP, ASIDE), PEOPLE["broad shoulders"]
    kept = Touching(joints(), rest).kept(moving)
    steps = [np.linalg.norm(np.diff(posed(one, rest)[1][:, WRISTS], axis=0), axis=-1).max() for one in (moving, kept)]
    assert steps[1] < 1.5 * steps[0]


def test_a_long_motion_is_kept_part_by_part_as_a_whole() -> None:
    moving, rest = motion(*(ASIDE, CLAP) * 16), PEOPLE["long arms"]
    assert len(moving) > 300
    kept = Touching(joints(), rest).kept(moving)
    first = Touching(joints(), rest).kept(moving.crop(0, 40))
    np.testing.assert_allclose(kept.rotations[:40], first.rotations, atol=1e-6)
