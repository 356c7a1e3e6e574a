"""Which bone is which joint: by names, by structure, and what is no human."""

from __future__ import annotations

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.retarget.humanoid import Humanoid
from motionclip_blender.core.retarget.recognise import BY_NAMES, BY_STRUCTURE, recognise
from motionclip_blender.core.retarget.rig_maps import NEEDED, rig_maps
from tests.rigs.build import Built, built, skeleton_of
from tests.rigs.conventions import CONVENTIONS
from tests.rigs.no_humans import NO_HUMANS, skeleton

# A prefix that other tools write; names that begin with their convention's own are left as they are
PREFIXES = {"Mixamo": ("mixamorig:", "mixamorig7:", "character1_"), "Unreal 4": ("SK_",), "VRM": ("avatar.",)}
LIMBS = [joint for joint in NEEDED if joint not in ("pelvis", "head")]


def truth(made: Built) -> dict[str, str]:
    return {bone.joint: bone.name for bone in made.bones if bone.joint}


@pytest.mark.parametrize("rest", "TAN")
@pytest.mark.parametrize("name", CONVENTIONS)
def test_each_convention_is_recognised_in_each_rest_pose(name: str, rest: str) -> None:
    for prefix in ("", *PREFIXES.get(name, ())):
        made = built(CONVENTIONS[name], rest, prefix)
        found = recognise(skeleton_of(made))
        assert found.by == BY_NAMES
        for joint, bone in truth(made).items():
            assert found.rig.pairs[joint][0] == bone, (prefix, joint)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_bone_more_or_less_and_other_spelling_do_not_matter(name: str) -> None:
    made = built(CONVENTIONS[name], "A", fingers=False)
    bones = [bone._replace(name=bone.name.upper(), parent=bone.parent and bone.parent.upper()) for bone in made.bones]
    bones.append(bones[-1]._replace(name="SKIRT_01", parent=bones[0].name, joint=None))
    more = Built(bones, np.append(made.heads, made.heads[:1], 0), np.append(made.tails, made.tails[:1] + 0.1, 0))
    found = recognise(skeleton_of(more))
    for joint in LIMBS:
        assert found.rig.pairs[joint][0] == truth(made)[joint].upper()


@pytest.mark.parametrize("rest", "TAN")
@pytest.mark.parametrize("name", [name for name in CONVENTIONS if name not in ("Daz Genesis 8", "Quaternius")])
def test_limbs_are_found_by_structure_where_names_say_nothing(name: str, rest: str) -> None:
    """Not where a limb is a line of many short bones, nor where feet show no direction."""
    made = built(CONVENTIONS[name], rest)
    number = {bone.name: f"b{i:03d}" for i, bone in enumerate(made.bones)}
    bones = [bone._replace(name=number[bone.name], parent=bone.parent and number[bone.parent]) for bone in made.bones]
    found = recognise(skeleton_of(made._replace(bones=bones)))
    assert found.by == BY_STRUCTURE
    wrong = {joint for joint in LIMBS if found.rig.pairs[joint][0] != number[truth(made)[joint]]}
    assert not wrong
    assert all(0 < found.confidence[joint] < 1 for joint in LIMBS)


@pytest.mark.parametrize("name", ["Mixamo", "Unreal 5", "VRM", "AccuRig", "MMD", "Rokoko", "SMPL"])
def test_where_tails_point_and_whether_there_are_collars_does_not_matter(name: str) -> None:
    made, rng = built(CONVENTIONS[name], "A", fingers=False), np.random.default_rng(5)
    parents = {bone.name: bone.parent for bone in made.bones}
    collars = {bone.name for bone in made.bones if bone.joint and bone.joint.endswith("collar")}
    kept = [i for i, bone in enumerate(made.bones) if bone.name not in collars]
    number = {bone.name: f"b{i:03d}" for i, bone in enumerate(made.bones)}
    bones = []
    for bone in (made.bones[i] for i in kept):
        above = bone.parent
        while above in collars:
            above = parents[above]
        bones.append(bone._replace(name=number[bone.name], parent=above and number[above]))
    size = np.ptp(made.heads[:, 2])
    tails = made.heads[kept] + 0.05 * size * rng.normal(size=(len(kept), 3))
    found = recognise(skeleton_of(Built(bones, made.heads[kept], tails)))
    assert found.by == BY_STRUCTURE
    assert not {joint for joint in LIMBS if found.rig.pairs[joint][0] != number[truth(made)[joint]]}
    assert "left_collar" not in found.rig.pairs


@pytest.mark.parametrize("name", CONVENTIONS)
def test_names_may_have_a_common_end(name: str) -> None:
    made = built(CONVENTIONS[name], "T")
    bones = [bone._replace(name=f"my_{bone.name}_bind", parent=bone.parent and f"my_{bone.parent}_bind")
             for bone in made.bones]  # fmt: skip
    found = recognise(skeleton_of(made._replace(bones=bones)))
    assert found.by == BY_NAMES
    for joint in LIMBS:
        assert found.rig.pairs[joint][0] == f"my_{truth(made)[joint]}_bind"


def test_a_root_on_the_floor_is_no_pelvis() -> None:
    """Although a map that fits all limbs by their names takes a bone called "root" for it."""
    made = built(CONVENTIONS["SMPL"], "A", fingers=False)
    named = {joint: a for joint, (a, _, _) in rig_maps()["mocopi"].items()} | {"pelvis": "middle"}
    own = {bone.name: named.get(bone.joint, f"more {i}") for i, bone in enumerate(made.bones)}
    bones = [bone._replace(name=own[bone.name], parent=bone.parent and own[bone.parent]) for bone in made.bones]
    top = next(i for i, bone in enumerate(bones) if bone.parent is None)
    bones[top] = bones[top]._replace(parent="root")
    floor = made.heads[:, 2].min() * np.array([[0, 0, 1]])
    bones.append(bones[top]._replace(name="root", parent=None, joint=None))
    found = recognise(skeleton_of(Built(bones, np.append(made.heads, floor, 0), np.append(made.tails, floor + 0.1, 0))))
    assert found.rig.pairs["pelvis"][0] == own[truth(made)["pelvis"]]


@pytest.mark.parametrize("name", NO_HUMANS)
def test_what_is_no_human_is_refused_with_what_is_missing(name: str) -> None:
    with pytest.raises(UserError) as error:
        recognise(skeleton(NO_HUMANS[name]))
    assert len(str(error.value)) > 40 and str(error.value).endswith(".")


def test_half_a_body_with_known_names_is_told_what_it_lacks() -> None:
    made = built(CONVENTIONS["Mixamo"], "T")
    kept = [i for i, bone in enumerate(made.bones) if not any(part in bone.name for part in ("Leg", "Foot", "Toe"))]
    half = Built([made.bones[i] for i in kept], made.heads[kept], made.tails[kept])
    with pytest.raises(UserError, match=r"names are those of .*no bone for left_hip, left_knee, left_ankle and 3 more"):
        recognise(skeleton_of(half))


def test_a_map_with_its_sides_swapped_is_refused_and_names_that_are_swapped_count_for_nothing() -> None:
    made = built(CONVENTIONS["Mixamo"], "T")
    flipped = skeleton_of(made._replace(heads=made.heads * (-1, 1, 1), tails=made.tails * (-1, 1, 1)))
    pairs = recognise(skeleton_of(made)).rig.pairs
    with pytest.raises(UserError, match="swap left and right"):
        Humanoid.of(flipped, pairs)
    assert recognise(flipped).rig.pairs["left_knee"][0] == "RightLeg"
