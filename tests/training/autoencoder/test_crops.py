"""Training on shards: what a network reads of a crop, the order of the windows, and the presets."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from motionclip_blender.core import rotations as rot
from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.model.smplx_body import smplx_model
from motionclip_blender.core.motion import heading
from motionclip_blender.core.motion_files import amass
from motionclip_blender.core.pose_format import OFFICIAL, RIGHT_ANKLE, SMPL_JOINTS, PoseFormat
from motionclip_blender.core.pose_tensor import to_pose_tensor
from tests.official import Official
from tests.training.data.amass import made
from training.autoencoder.body_loss import SmplxBody, sixd_to_matrix
from training.autoencoder.config import TrainConfig, presets
from training.autoencoder.crop_material import CropMaterial
from training.autoencoder.crops import Crops
from training.autoencoder.distributed import Place
from training.autoencoder.images_of_crops import CropImages
from training.autoencoder.loss_weights import LossWeights
from training.autoencoder.losses import reconstruction
from training.autoencoder.published import network_of
from training.data.amass.prepare import Settings, prepare
from training.data.amass.shards import Shards
from training.data.amass.tensors import pose_tensors

PAPER = TrainConfig.load(preset="paper")
LEGACY = TrainConfig.load(preset="paper-legacy")


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Settings:
    folder = tmp_path_factory.mktemp("source")
    return Settings(*made.write_amass(folder / "amass", folder / "babel"))


@pytest.fixture(scope="module")
def mended(source, tmp_path_factory) -> Shards:
    out = tmp_path_factory.mktemp("mended") / "shards"
    prepare(source, out, 1)
    return Shards(out)


@pytest.fixture(scope="module")
def legacy(source, tmp_path_factory) -> Shards:
    out = tmp_path_factory.mktemp("legacy") / "shards"
    prepare(replace(source, legacy=True), out, 1)
    return Shards(out)


def embed(texts) -> np.ndarray:
    """Some place of its own for each text."""
    return np.stack([np.random.default_rng(list(text.encode()) or 0).normal(size=512) for text in texts])


# --- poses


def test_a_crop_is_what_the_engine_reads_of_the_file(source, mended):
    pose_format = PoseFormat(SMPL_JOINTS)
    for i in (0, 7, 20):
        window, origin = mended.windows[i], mended.origins[i]
        motion = amass.load(source.amass / origin.path).resample(30)
        poses = pose_tensors(*(part[None] for part in mended.read(i)), [origin.up], pose_format)[0]
        expected = to_pose_tensor(motion.crop(window.start, window.stop), pose_format)
        turn = rot.axis_angle_to_quat(np.array([0, -heading(motion.rotations[window.start, 0]), 0]))
        matrix = rot.quat_to_matrix(turn)
        expected[:, 0] = rot.matrix_to_sixd(matrix @ rot.sixd_to_matrix(expected[:, 0].astype(float)))
        expected[:, -1, :3] = expected[:, -1, :3] @ matrix.T
        np.testing.assert_allclose(poses, expected, atol=2e-5)
        assert abs(heading(rot.matrix_to_quat(rot.sixd_to_matrix(poses[0, 0])))) < 1e-5 and not poses[0, -1].any()


def test_a_legacy_crop_is_what_the_released_code_reads(source, legacy):
    """The root as it is stored, rotations as their first two rows, the right ankle of a body that stays in place."""
    i = 3
    window, origin = legacy.windows[i], legacy.origins[i]
    with np.load(source.amass / origin.path) as data:
        stride = round(float(data["mocap_framerate" if "mocap_framerate" in data else "mocap_frame_rate"]) / 30)
        rows = data["poses"][::stride][window.start : window.stop].reshape(100, -1, 3)
    hands = [22, 37] if origin.model == "smplh" else [25, 40]
    matrices = rot.quat_to_matrix(rot.axis_angle_to_quat(rows[:, [*range(22), *hands]].astype(float)))
    poses = pose_tensors(*(part[None] for part in legacy.read(i)), [origin.up], OFFICIAL)[0]
    np.testing.assert_allclose(poses[:, :24], matrices[:, :, :2].reshape(100, 24, 6), atol=1e-5)
    assert LEGACY.pose_format == OFFICIAL
    root, hip, knee = (matrices[:, joint] for joint in (0, 2, 5))
    legs = np.array([[-0.0677, -0.0905, -0.0043], [-0.0383, -0.3826, -0.0089], [0.0158, -0.3984, -0.0423]])
    ankle = root @ legs[0] + root @ hip @ legs[1] + root @ hip @ knee @ legs[2]
    np.testing.assert_allclose(poses[:, -1, :3], ankle - ankle[0], atol=1e-4)
    assert not poses[:, -1, 3:].any()


def test_windows_of_both_worlds_are_turned_alike(mended, legacy):
    """Z-up shards in a Y-up format, which is what the mended ones hold."""
    i = next(i for i, o in enumerate(legacy.origins) if o.source_fps == 120)
    j = next(j for j, o in enumerate(mended.origins) if o.path == legacy.origins[i].path)
    ours, theirs = (s.read(k, 0, 60) for s, k in ((mended, j), (legacy, i)))
    both = pose_tensors(np.stack((ours[0], theirs[0])), np.stack((ours[1], theirs[1])), ["Y", "Z"], PAPER.pose_format)
    np.testing.assert_allclose(both[0], both[1], atol=1e-4)


# --- order and texts


def test_an_epoch_shows_every_window_once_and_each_in_another_order(mended):
    crops = Crops(mended, replace(PAPER, motions=5))
    steps = crops.steps_of_epoch(60)
    epochs = [np.concatenate([crops.of_epoch(e * steps + k, 60) for k in range(steps)]) for e in range(2)]
    for epoch in epochs:
        assert sorted(epoch) == sorted(crops.chosen)
    assert (epochs[0] != epochs[1]).any()
    assert steps == -(-len(crops) // 5)
    assert CropMaterial(crops, embed).steps == 100 * steps


def test_processes_share_a_step(mended):
    """Together they see the windows and the texts that one alone sees, and the weights make up for uneven shares."""
    config = replace(PAPER, motions=7)
    material = CropMaterial(Crops(mended, config), embed)

    def batch(place: Place):
        return material.batch(2, 60, np.random.default_rng((0, 2, place.rank)), place)

    alone = batch(Place())
    parts = [batch(Place(rank, 3)) for rank in range(3)]
    assert sorted(len(part.motions) for part in parts) == [2, 2, 3]
    np.testing.assert_array_equal(np.concatenate([part.motions for part in parts]),
                                  np.concatenate([alone.motions[rank::3] for rank in range(3)]))  # fmt: skip
    mean = sum(part.weight * part.motions.mean() for part in parts) / 3
    assert float(mean) == pytest.approx(float(alone.motions.mean()), rel=1e-5)
    crowd = [batch(Place(rank, 16)) for rank in range(16)]
    assert [part.weight > 0 for part in crowd] == [True] * 7 + [False] * 9


def test_crops_of_windows_across_labels_tell_of_both(mended):
    crops = Crops(mended, PAPER)
    random = np.random.default_rng(0)
    texts = {crops.crop(int(i), 60, random).text for _ in range(20) for i in crops.chosen}
    assert any(" and " in text for text in texts) and any(" and " not in text for text in texts)
    for text in texts:  # in the order in which the labels follow each other
        words = [made.WORDS.index(word) for word in text.split(" and ")]
        assert all((b - a) % len(made.WORDS) == 1 for a, b in pairwise(words))


def test_the_released_code_takes_39_places_of_40(legacy):
    crops = Crops(legacy, LEGACY)
    random = np.random.default_rng(0)
    places = {crops.crop(int(crops.chosen[0]), 60, random).start for _ in range(2000)}
    assert places == set(range(40))  # of 41 in which 60 frames find room
    texts = {crops.crop(int(i), 60, random).text for _ in range(20) for i in crops.chosen}
    joined = [text.split(" and ") for text in texts if " and " in text]
    assert joined and all(words == sorted(words) for words in joined)


def test_categories_as_texts(legacy):
    config = replace(LEGACY, texts="categories", split="babel")
    crops = Crops(legacy, config)
    random = np.random.default_rng(0)
    found = [crops.crop(int(i), 60, random) for i in crops.chosen]
    for crop in found:
        assert crop is None or crop.text in [legacy.classes[k] for k in crop.classes]
    batch = CropMaterial(crops, embed).batch(0, 60, random, Place())
    assert set(map(int, batch.actions)) <= set(range(len(legacy.classes)))


def test_configurations_that_do_not_fit_the_shards(mended, legacy):
    for shards, config, why in (
        (mended, LEGACY, "with --legacy"),
        (legacy, PAPER, "without --legacy"),
        (mended, replace(PAPER, split="held-out"), 'split is "amass" or "babel"'),
        (mended, replace(PAPER, frames=(400, 400)), "400 frames"),
    ):
        with pytest.raises(UserError, match=why):
            Crops(shards, config)
    with pytest.raises(UserError, match="no exemplars"):
        CropMaterial(Crops(mended, replace(PAPER, prompts=3)), embed)


def test_the_image_of_a_crop_is_of_the_crop_itself(tmp_path, mended):
    path = mended.origins[0].path.removesuffix(".npz")
    rate = mended.origins[0].source_fps / 30
    frames = np.arange(0, 270 * rate, 10 * rate).astype(int)[:27]
    places = np.eye(512, dtype=np.float32)[: len(frames)]
    np.savez(tmp_path / "e.npz", clips=np.array([path] * 27), frames=frames, embeddings=places, mirrored=places)
    images = CropImages(tmp_path / "e.npz", mended)
    crops, random = Crops(mended, PAPER), np.random.default_rng(0)
    windows = [i for i, origin in enumerate(mended.origins) if origin.path.removesuffix(".npz") == path]
    for i in windows:
        for crop in (crops.crop(i, 60, random) for _ in range(30)):
            found, seen = images.of([crop], random)
            at = mended.windows[i].start + crop.start
            assert seen.all() and at * rate <= frames[found[0].argmax()] < (at + 60) * rate
    crop = crops.crop(windows[0], 60, random)
    inside = images._within(crop)
    for row in inside:  # with a text, the frame that is most like it, if the crop shows it
        found, _ = images.of([crop], random, places[row][None] + places[-1] * 2)
        assert found[0].argmax() == (len(places) - 1 if len(places) - 1 in inside else row)
    other = next(i for i, origin in enumerate(mended.origins) if origin.path.removesuffix(".npz") != path)
    assert not images.of([crops.crop(other, 60, random)], random)[1].any()
    np.savez(tmp_path / "f.npz", clips=np.array(["x"]), frames=frames[:1], embeddings=places[:1], mirrored=places[:1])
    with pytest.raises(UserError, match="shows no recording"):
        CropImages(tmp_path / "f.npz", mended)
    with pytest.raises(UserError, match="no embeddings of frames"):
        CropImages(Path("nothing.npz"), mended)


# --- presets


def test_the_presets_that_ship():
    assert presets() == ["amass", "default", "full", "further", "paper", "paper-legacy"]
    assert TrainConfig.load(preset="default") == TrainConfig()
    for config in (PAPER, LEGACY):
        assert (config.width, config.layers, config.heads, config.feed_forward) == (512, 8, 4, 1024)
        assert config.dropout == config.encoder_dropout == 0.1
        assert (config.learning_rate, config.weight_decay, config.motions, config.epochs) == (1e-4, 0.01, 20, 100)
        assert config.frames == (60, 60) and config.joints == SMPL_JOINTS and config.order == "epochs"
        weights = vars(config.loss)
        assert weights["poses"] == weights["vertices"] == weights["pose_velocities"]
        assert weights["text"] == weights["image"] == pytest.approx(weights["poses"] / 100)
        assert {name for name, weight in weights.items() if weight} == {
            "poses", "vertices", "pose_velocities", "text", "image",
        }  # fmt: skip
    assert PAPER.prefix_tokens == 1 and LEGACY.prefix_tokens == 2
    assert LEGACY.loss.poses == 100 and PAPER.loss.poses == 1
    assert LEGACY.last_row == RIGHT_ANKLE and LEGACY.kind == "official" and PAPER.kind == "ours"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"order": "odd"}', "order cannot be 'odd'"),
        ('{"frames": [20, 60]}', "one length"),
        ('{"loss": 3}', "loss must be a JSON object"),
        ('{"integrates_translation": true, "kind": "official"}', "way can be integrated"),
        ('{"joints": ["tail"]}', "no joint tail"),
        ("[]", "no JSON object"),
        ('{"cosines": 3, "kind": "official"}', "no linear part"),
        ('{"loss": {"texts": 1}}', "texts"),
    ],
)  # fmt: skip
def test_a_file_over_a_preset_that_cannot_be(tmp_path, text, why):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UserError, match=why):
        TrainConfig.load(tmp_path / "c.json", "paper")


def test_a_file_says_what_differs_from_the_preset(tmp_path):
    (tmp_path / "c.json").write_text('{"width": 64, "loss": {"image": 0}}')
    config = TrainConfig.load(tmp_path / "c.json", "paper")
    assert config == replace(PAPER, width=64, loss=replace(PAPER.loss, image=0))
    with pytest.raises(UserError, match="no preset 'papre'"):
        TrainConfig.load(preset="papre")


# --- network and losses


def test_the_released_network_has_the_released_tensors_and_answers():
    config = replace(LEGACY, width=64, layers=2, feed_forward=96)
    network = network_of(config)
    independent = Official(3, width=64, layers=2, feed_forward=96)
    assert {n: t.shape for n, t in network.state_dict().items()} == {
        n: t.shape for n, t in independent.state_dict().items()
    }
    full = network_of(LEGACY)
    assert len(full.state_dict()) == 249
    assert sum(p.numel() for p in full.parameters()) == 42_213_526
    network.load_state_dict(independent.state_dict())
    network.eval()
    poses, there = torch.randn(3, 60, 25, 6), torch.ones(3, 60, dtype=torch.bool)
    with torch.no_grad():
        torch.testing.assert_close(network.encoder(poses), independent.encoder(poses, there), atol=1e-5, rtol=1e-5)
        latents = torch.randn(3, 64)
        torch.testing.assert_close(
            network.decoder(latents, 60), independent.decoder(latents, there), atol=1e-5, rtol=1e-5
        )


def test_equation_1_counts_all_rows_alike():
    made_of, real = torch.randn(2, 8, 25, 6), torch.randn(2, 8, 25, 6)
    nothing = dict.fromkeys(vars(LossWeights()), 0.0)
    weights = LossWeights(**nothing | {"poses": 2.0, "pose_velocities": 3.0})
    terms = reconstruction(made_of, real, None, weights)
    assert terms.keys() == {"poses", "pose_velocities"}
    torch.testing.assert_close(terms["poses"], 2 * (made_of - real).square().mean())
    steps = (made_of[:, 1:] - made_of[:, :-1]) - (real[:, 1:] - real[:, :-1])
    torch.testing.assert_close(terms["pose_velocities"], 3 * steps.square().mean())


def test_all_vertices_are_smplx_s_own_with_shape_and_correctives(tmp_path):
    """Against the module of the smplx package, on a body whose correctives are not zero."""
    from motionclip_blender.core.body import OPEN_BODY
    from motionclip_blender.core.body_file import plain_arrays

    arrays = plain_arrays(OPEN_BODY)
    random = np.random.default_rng(0)
    arrays["posedirs"] = random.normal(0, 1e-3, arrays["posedirs"].shape).astype(np.float32)
    np.savez(tmp_path / "SMPLX_NEUTRAL.npz", **arrays)
    body = Body.load(tmp_path / "SMPLX_NEUTRAL.npz")
    poses = torch.from_numpy(random.normal(size=(2, 3, 25, 6)).astype(np.float32))
    betas = torch.from_numpy(random.normal(size=(2, 10)).astype(np.float32))
    vertices = SmplxBody(body, SMPL_JOINTS)(poses, betas)
    model = smplx_model(body, batch_size=6)
    turns = torch.eye(3).expand(6, 55, 3, 3).clone()
    turns[:, [*range(22), 25, 40]] = sixd_to_matrix(poses.flatten(0, 1)[:, :24])
    axis_angle = torch.from_numpy(
        rot.quat_to_axis_angle(rot.matrix_to_quat(turns.numpy().astype(np.float64))).astype(np.float32)
    )
    expected = model(
        betas=betas.repeat_interleave(3, 0), global_orient=axis_angle[:, 0], body_pose=axis_angle[:, 1:22].flatten(1),
        left_hand_pose=axis_angle[:, 25:40].flatten(1), right_hand_pose=axis_angle[:, 40:].flatten(1),
    ).vertices.detach()  # fmt: skip
    rise = body.template[0] - torch.from_numpy(arrays["v_template"][0]).numpy()
    theirs = expected.numpy() + rise + poses.flatten(0, 1)[:, -1:, :3].numpy()
    np.testing.assert_allclose(vertices.flatten(0, 1).numpy(), theirs, atol=2e-5)
