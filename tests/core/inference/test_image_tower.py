"""Images into CLIP's space: open_clip's transformer, saved with a pack."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

# not importorskip: torchvision cannot always be imported by itself beside a CPU torch
if not find_spec("open_clip"):
    pytest.skip("needs open_clip_torch", allow_module_level=True)

import torch

from motionclip_blender.core.body import Body
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.image_tower import SPREAD, ImageTower, squared
from motionclip_blender.core.inference.tensors import Weights
from motionclip_blender.core.model.clip import _declare_torchvision_ops
from motionclip_blender.core.model.image_tower import normalised, save_image_tower, vision_transformer
from motionclip_blender.core.pack import DEFAULT_FOLDER, ImageSpec, Pack

TINY = ImageSpec(image_size=32, layers=1, width=64, head_width=64, patch_size=16)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The default pack with a tiny, untrained image tower."""
    folder = tmp_path / "pack"
    shutil.copytree(DEFAULT_FOLDER, folder)
    described = json.loads((folder / "pack.json").read_text()) | {"image": vars(TINY)}
    described.get("checksums", {}).pop("image.safetensors", None)
    (folder / "pack.json").write_text(json.dumps(described))
    torch.manual_seed(0)
    save_image_tower(vision_transformer(TINY, 512), folder / "image.safetensors")
    return folder


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_an_image_is_made_square_from_its_middle():
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (10, 200, 30)
    made = squared(wide, 40)
    assert made.shape == (40, 40, 3) and made.dtype == np.uint8
    assert made[20, 20].tolist() == [10, 200, 30] and made[20, :, 1].mean() > 180
    assert squared(picture(1, 1), 32).shape == (32, 32, 3)


@pytest.mark.parametrize("size", [112, 32])
@pytest.mark.parametrize(
    ("height", "width"), [(400, 300), (112, 112), (50, 31), (77, 200), (301, 227), (1, 1), (3, 90), (1500, 2)]
)
def test_an_image_is_made_square_as_open_clip_does(height: int, width: int, size: int):
    """Of noise: what is one pixel aside, or cut off between the two directions, shows."""
    _declare_torchvision_ops()
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from PIL import Image

    image = picture(height, width)
    theirs = image_transform_v2(PreprocessCfg(size=size), is_train=False)(Image.fromarray(image))
    ours = normalised(torch.from_numpy(squared(image, size)).permute(2, 0, 1)[None])[0]
    away = (ours - theirs).abs() * 255 * torch.tensor(SPREAD)[:, None, None]
    assert away.max() < 1.01 and (away > 0.5).float().mean() < 0.03


def test_what_the_crop_leaves_out_of_a_long_image_takes_no_memory():
    image = picture(3, 3000)
    tracemalloc.start()
    try:
        made = squared(image, 32)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert (made == squared(image[:, 1000:2000], 32)).all()


@pytest.mark.parametrize("spec", [TINY, ImageSpec(image_size=48, layers=3, width=96, head_width=32, patch_size=12)])
def test_the_tower_is_open_clips(spec: ImageSpec):
    torch.manual_seed(0)
    theirs = vision_transformer(spec, 64).eval()
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    arrays = {name: tensor.numpy() for name, tensor in theirs.state_dict().items()}
    ours = ImageTower(Weights(arrays), spec, 64)
    images = np.random.default_rng(0).integers(0, 256, (5, spec.image_size, spec.image_size, 3), dtype=np.uint8)
    with torch.inference_mode():
        expected = theirs(normalised(torch.from_numpy(images).permute(0, 3, 1, 2))).numpy()
    np.testing.assert_allclose(ours.read(images), expected, atol=1e-4 * np.abs(expected).max())


def test_the_tower_that_was_saved_is_the_one_that_is_loaded(pack: Path, open_body: Body):
    torch.manual_seed(0)
    made = vision_transformer(TINY, 512)
    images = [picture(32, 32), picture(50, 31)]
    squares = torch.from_numpy(np.stack([squared(image, TINY.image_size) for image in images])).permute(0, 3, 1, 2)
    with torch.inference_mode():
        expected = made.eval()(normalised(squares)).numpy()
    engine = Engine(pack, open_body)
    found = np.stack([engine.encode_image(image) for image in images])
    np.testing.assert_allclose(found, expected, atol=2e-2)
    assert found.shape == (2, 512) and not engine.loaded  # text and motion are not needed for it


def test_a_pack_survives_its_json(pack: Path):
    assert Pack.load(pack).image == TINY
    assert Pack.load(pack).as_json()["image"] == vars(TINY)


def test_a_pack_without_an_image_tower(pack_without_images: Path, open_body: Body):
    with pytest.raises(UserError, match="cannot read images"):
        Engine(pack_without_images, open_body).encode_image(picture(32, 32))


def test_a_tower_that_is_cut_off_or_missing(pack: Path, open_body: Body):
    weights = pack / "image.safetensors"
    weights.write_bytes(weights.read_bytes()[:999])
    with pytest.raises(UserError, match="damaged"):
        Engine(pack, open_body).encode_image(picture(32, 32))
    weights.unlink()
    with pytest.raises(UserError, match="no image.safetensors"):
        Engine(pack, open_body)
