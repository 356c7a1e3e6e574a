"""Acclaim's ASF and AMC: units, axes, degrees of freedom, and files that are damaged or do not belong together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.clip_files.asf_amc import read_amc, read_asf
from motionclip_blender.core.errors import UserError
from tests.training.data import tiny

UNIT = 0.0254 / 0.45


def skeleton(
    angle: str = "deg",
    length: float = 0.45,
    axis: str = "0 0 0 XYZ",
    dof: str = "rx ry rz",
    order: str = "TX TY TZ RX RY RZ",
    orientation: str = "0 0 0",
) -> str:
    """A root, an upper bone of two units along X, and a lower one of one unit along X without a freedom."""
    return f"""# a comment
:version 1.10
:name small
:units
  mass 1.0
  length {length}
  angle {angle}
:root
  order {order}
  axis XYZ
  position 0 0 0
  orientation {orientation}
:bonedata
  begin
    id 1
    name upper
    direction 1 0 0
    length 2
    axis {axis}
    dof {dof}
    limits (-180 180)
           (-180 180)
           (-180 180)
  end
  begin
    id 2
    name lower
    direction 1 0 0
    length 1
    axis 0 0 0 XYZ
  end
:hierarchy
  begin
    root upper
    upper lower
  end
"""


def clip(folder: Path, frames: str, **options):
    asf = tiny.write(folder / "small.asf", skeleton(**options))
    return read_amc(tiny.write(folder / "small.amc", frames), asf)


def one(upper: str, root: str = "0 0 0 0 0 0") -> str:
    return f"#!\n:FULLY-SPECIFIED\n:DEGREES\n1\nroot {root}\nupper {upper}\n"


def tip(posed) -> np.ndarray:
    """Returns the position of the lower bone's head, relative to the root."""
    return posed.heads[0, 2] - posed.heads[0, 0]


@pytest.mark.parametrize(("length", "metre"), [(0.45, 0.0254 / 0.45), (1.0, 0.0254)])
def test_lengths_are_inches_by_the_headers_unit(tmp_path: Path, length: float, metre: float):
    posed = clip(tmp_path, one("0 0 0", "1 2 3 0 0 0"), length=length)
    np.testing.assert_allclose(tip(posed), [2 * metre, 0, 0], atol=1e-9)
    np.testing.assert_allclose(posed.heads[0, 0], np.array([1, 2, 3]) * metre, atol=1e-9)
    np.testing.assert_allclose(posed.rest_heads, np.array([[0, 0, 0], [0, 0, 0], [2, 0, 0]]) * metre, atol=1e-9)
    assert posed.bones == ("root", "upper", "lower") and posed.fps == 120


def test_angles_may_be_in_radians(tmp_path: Path):
    posed = clip(tmp_path, one(f"0 0 {np.pi / 2}"), angle="rad", axis=f"0 {np.pi / 3} 0 XYZ")
    same = clip(tmp_path, one("0 0 90"), axis="0 60 0 XYZ")
    np.testing.assert_allclose(posed.rotations, same.rotations, atol=1e-9)
    np.testing.assert_allclose(posed.heads, same.heads, atol=1e-9)


def test_a_bone_turns_in_axes_of_its_own(tmp_path: Path):
    """Its X axis points up, so that 90 degrees about X turn it about the vertical: from +X to -Z."""
    posed = clip(tmp_path, one("90 0 0"), axis="0 0 90 XYZ")
    np.testing.assert_allclose(tip(posed), [0, 0, -2 * UNIT], atol=1e-9)
    # the lower bone, which has no freedom, goes with it
    np.testing.assert_allclose(rot.quat_to_matrix(posed.rotations[0, 2]) @ [1, 0, 0], [0, 0, -1], atol=1e-9)


def test_the_order_of_an_axis_is_that_of_its_letters(tmp_path: Path):
    """First 90 about X, then 90 about Y: Z goes to -Y and stays there; the other way round Z goes to X."""
    first_x = clip(tmp_path, one("0 0 90"), axis="90 90 0 XYZ")  # turns about -Y: +X to +Z
    np.testing.assert_allclose(tip(first_x), [0, 0, 2 * UNIT], atol=1e-9)
    first_y = clip(tmp_path, one("0 0 90"), axis="90 90 0 YXZ")  # turns about X, along which the bone lies
    np.testing.assert_allclose(tip(first_y), [2 * UNIT, 0, 0], atol=1e-9)


@pytest.mark.parametrize(("dof", "z_goes_to"), [("rx ry", (0, -1, 0)), ("ry rx", (1, 0, 0))])
def test_freedoms_turn_in_the_order_in_which_they_are_listed(tmp_path: Path, dof: str, z_goes_to):
    posed = clip(tmp_path, one("90 90"), dof=dof)
    np.testing.assert_allclose(rot.quat_to_matrix(posed.rotations[0, 1]) @ [0, 0, 1], z_goes_to, atol=1e-9)


def test_a_bone_may_have_some_freedoms_only(tmp_path: Path):
    posed = clip(tmp_path, one("90"), dof="rz")
    np.testing.assert_allclose(tip(posed), [0, 2 * UNIT, 0], atol=1e-9)


def test_a_freedom_of_length_is_read_over(tmp_path: Path):
    posed = clip(tmp_path, one("90 7"), dof="rz l")
    np.testing.assert_allclose(tip(posed), [0, 2 * UNIT, 0], atol=1e-9)


@pytest.mark.parametrize(
    ("order", "line"), [("TX TY TZ RX RY RZ", "1 2 3 0 90 0"), ("RX RY RZ TZ TY TX", "0 90 0 3 2 1")]
)
def test_the_roots_numbers_are_in_its_own_order(tmp_path: Path, order: str, line: str):
    posed = clip(tmp_path, one("0 0 0", line), order=order)
    np.testing.assert_allclose(posed.heads[0, 0], np.array([1, 2, 3]) * UNIT, atol=1e-9)
    np.testing.assert_allclose(tip(posed), [0, 0, -2 * UNIT], atol=1e-9)


def test_the_roots_orientation_is_the_frame_its_angles_turn_in(tmp_path: Path):
    posed = clip(tmp_path, one("0 0 0", "0 0 0 90 0 0"), orientation="0 0 90")
    np.testing.assert_allclose(tip(posed), [0, 0, -2 * UNIT], atol=1e-9)


def test_a_pose_calculated_by_hand(tmp_path: Path):
    """The root turns left by 90 degrees, the bone rises by 30 from there: -Z, and up by half of its two units."""
    posed = clip(tmp_path, one("0 0 30", "0 10 0 0 90 0"))
    np.testing.assert_allclose(tip(posed), np.array([0, 1, -np.sqrt(3)]) * UNIT, atol=1e-9)


def test_every_frame_is_read_and_the_rate_can_be_given(tmp_path: Path):
    asf = tiny.write(tmp_path / "a.asf", tiny.asf())
    movement = tiny.moves(7, "lradius", axis=1)
    amc = tiny.write(tmp_path / "a.amc", tiny.amc(movement))
    posed = read_amc(amc, asf, fps=60.0)
    assert len(posed) == 7 and posed.fps == 60
    angles = 2 * np.degrees(np.arccos(posed.rotations[:, posed.bones.index("lradius"), 0]))
    np.testing.assert_allclose(angles, movement["lradius"][:, 1], atol=1e-3)


# --- what cannot be read


def refused(amc: str | bytes, folder: Path, asf: str | None = None) -> str:
    path = folder / "walk.amc"
    path.write_bytes(amc if isinstance(amc, bytes) else amc.encode("latin-1"))
    skeleton_path = tiny.write(folder / "walker.asf", skeleton() if asf is None else asf)
    with pytest.raises(UserError) as error:
        read_amc(path, skeleton_path)
    sentence = str(error.value)
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 250
    return sentence


WHOLE = "1\nroot 0 0 0 0 0 0\nupper 0 0 0\n2\nroot 0 0 0 0 0 0\nupper 0 0 0\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "walk.amc holds no frames"),
        ("# nothing\n:DEGREES\n", "walk.amc holds no frames"),
        (WHOLE[: WHOLE.rindex("upper")], "walk.amc is cut off: its frame 2 has no upper"),
        (WHOLE.replace("upper 0 0 0\n", "", 1), "walk.amc is cut off: its frame 1 has no upper"),
        (WHOLE[:-3], "walk.amc gives upper 2 numbers in line 6 where walker.asf asks for 3"),
        (WHOLE.replace("upper 0 0 0", "upper 0 0 0 0"), "walk.amc gives upper 4 numbers in line 3"),
        (WHOLE.replace("upper", "tail"), "walk.amc moves a bone 'tail' that walker.asf lacks"),
        (WHOLE.replace("upper 0 0 0", "upper 0 0 0\nlower 1"), "walk.amc moves a bone 'lower' that walker.asf lacks"),
        (WHOLE.replace("upper 0 0 0", "upper 0 nan 0"), "walk.amc holds numbers that are not finite"),
        (WHOLE.replace("root 0 0", "root inf 0"), "walk.amc holds numbers that are not finite"),
        (WHOLE.replace("upper 0 0 0", "upper 0 0 x"), "walk.amc is damaged in line 3"),
        (WHOLE.replace("upper 0 0 0", "upper 0 0 0\nupper 0 0 0"), "walk.amc gives upper twice in frame 1"),
        ("HIERARCHY\nROOT Hips\n", "walk.amc is not a motion in the AMC format"),
        (bytes(range(256)) * 50, "walk.amc"),
        (np.random.default_rng(0).bytes(20000), "walk.amc"),
    ],
)
def test_motions_that_are_damaged_or_of_another_skeleton(tmp_path: Path, text: str | bytes, says: str):
    assert refused(text, tmp_path).startswith(says)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what is this",
        skeleton()[:300],
        skeleton().replace("length 2", "length two"),
        skeleton().replace("length 2", "length nan"),
        skeleton().replace("direction 1 0 0", "direction 1 0"),
        skeleton().replace("name upper", "name other"),
        skeleton().replace("  length 0.45", "  length 0"),
        skeleton().replace("upper lower", "upper lower\n    lower root"),
        skeleton().replace("axis 0 0 0 XYZ", "axis 0 0 0 XYW"),
        skeleton().replace("dof rx ry rz", "dof rx ry rw"),
        skeleton().replace("order TX", "order WX"),
        skeleton().replace(":hierarchy", ":other"),
    ],
)
def test_skeletons_that_are_none(tmp_path: Path, text: str):
    assert refused(WHOLE, tmp_path, asf=text) == ("walker.asf is not a skeleton in the ASF format; copy it again.")


def test_a_motion_without_its_skeleton(tmp_path: Path):
    path = tiny.write(tmp_path / "walk.amc", WHOLE)
    for missing in (None, tmp_path / "none.asf"):
        with pytest.raises(UserError, match=r"^walk\.amc needs its skeleton, an \.asf file"):
            read_amc(path, missing)


def test_a_skeleton_of_cmus_form(tmp_path: Path):
    bones = read_asf(tiny.write(tmp_path / "a.asf", tiny.asf()))
    assert bones.parents[0] == -1 and all(parent < b for b, parent in enumerate(bones.parents))
    assert bones.freedoms[bones.bones.index("ltibia")] == ("rx",)
    assert bones.freedoms[bones.bones.index("lhipjoint")] == ()


# --- motions as programs other than CMU's write them


def moving(
    header: str = ":FULLY-SPECIFIED\n:DEGREES\n", radians: bool = False, numbers=None, drop: str | tuple[str, ...] = ""
) -> str:
    """Sixty frames of `tiny`'s skeleton, or those of the given numbers."""
    swing = 60 * np.sin(np.arange(60) / 10)[:, None] * (1, 0, 0)
    text = tiny.amc({"ltibia": swing, "lhumerus": swing / 2})
    frames = text[text.index("\n1\n") + 1 :].split("\nroot ")
    lines = [part for k, part in enumerate("\nroot ".join(frames).split("\n")) if not (drop and part.startswith(drop))]
    out, frame = [], 0
    for line in filter(None, lines):
        word, *values = line.split()
        if not values:
            frame += 1
            line = str(numbers[frame - 1]) if numbers is not None else word
        elif radians:
            first = 3 if word == "root" else 0
            values = [v if i < first else f"{np.radians(float(v)):.8f}" for i, v in enumerate(values)]
            line = " ".join([word, *values])
        out.append(line)
    return header + "\n".join(out) + "\n"


def read_tiny(folder: Path, motion: str, asf: str | None = None):
    return read_amc(tiny.write(folder / "a.amc", motion), tiny.write(folder / "a.asf", asf or tiny.asf()), 120.0)


RADIAN_ASF = tiny.asf().replace("angle deg", "angle rad")


@pytest.mark.parametrize(
    ("motion", "asf"),
    [
        (moving(radians=True, header=":RADIANS\n"), tiny.asf()),
        (moving(radians=True, header=":FULLY-SPECIFIED\n"), tiny.asf()),
        (moving(radians=True, header=""), RADIAN_ASF),
        (moving(), RADIAN_ASF),
        (moving(header=""), tiny.asf().replace("angle deg", "angle DEG")),
        (moving(), tiny.asf().replace("begin", "BEGIN").replace("  name", "  Name").replace(":units", ":UNITS")),
        (moving().replace("ltibia", "LTIBIA").replace("root", "Root"), tiny.asf()),
    ],
    ids=["radians in the header", "radians nowhere said", "radians", "degrees in the header", "DEG", "BEGIN", "LTIBIA"],
)
def test_units_and_spelling(tmp_path: Path, motion: str, asf: str):
    clip, right = read_tiny(tmp_path / "a", motion, asf), read_tiny(tmp_path / "b", moving())
    np.testing.assert_allclose(clip.heads, right.heads, atol=1e-5)
    np.testing.assert_allclose(np.abs((clip.rotations * right.rotations).sum(axis=-1)), 1, atol=1e-6)


@pytest.mark.parametrize(
    "numbers",
    [range(60, 0, -1), [*range(1, 31)] * 2, [*range(1, 31), *range(41, 71)], [1] * 60],
    ids=["backwards", "twice", "a gap", "all the first"],
)
def test_frames_out_of_order_are_refused(tmp_path: Path, numbers):
    with pytest.raises(UserError, match=r"^a\.amc goes from frame \d+ to frame \d+: its frames are out of order"):
        read_tiny(tmp_path, moving(numbers=list(numbers)))


@pytest.mark.parametrize("numbers", [range(60), range(100, 160), range(1, 121, 2)])
def test_frames_may_be_counted_from_anywhere(tmp_path: Path, numbers):
    assert len(read_tiny(tmp_path, moving(numbers=list(numbers)))) == 60


def test_a_bone_that_never_moves_rests_and_is_named(tmp_path: Path):
    clip, right = read_tiny(tmp_path / "a", moving(drop="lhand")), read_tiny(tmp_path / "b", moving())
    np.testing.assert_allclose(clip.heads, right.heads, atol=1e-9)
    assert "does not move lhand" in clip.note and not right.note
    with pytest.raises(UserError, match="cut off"):  # of most bones it is another skeleton's
        read_tiny(tmp_path, moving(drop=("l", "th", "up", "he")))
