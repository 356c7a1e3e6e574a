"""Who is seen in a photo, and who is not."""

from __future__ import annotations

import importlib
import subprocess
import sys

import numpy as np
import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.photo.mask import refined
from motionclip_blender.photo.packages import needed
from motionclip_blender.photo.see import LANDMARKS, see
from tests.paths import ROOT
from tests.photo.made import person, picture_of, seen_of

cv2 = pytest.importorskip("cv2")
pytest.importorskip("mediapipe")
data = pytest.importorskip("skimage.data")


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return data.astronaut()


@pytest.fixture(scope="module")
def seen(astronaut: np.ndarray):
    return see(astronaut)


def test_a_person_is_seen(seen) -> None:
    at = dict(zip(LANDMARKS, seen.landmarks, strict=True))
    assert np.linalg.norm(at["nose"] - (223, 128)) < 12  # where the nose is in the picture
    assert at["left_shoulder"][0] > at["right_shoulder"][0] + 100
    assert seen.visible("nose", "left_shoulder") > 0.9
    assert seen.mask.shape == (512, 512)
    assert seen.mask[128, 223] > 0.9  # the face
    assert seen.mask[100, 60] < 0.1  # the flag
    assert seen.mask[60, 430] < 0.1  # the shuttle


def test_what_is_cut_off_is_said_and_the_face_is_found(seen) -> None:
    assert any("legs are cut off" in remark for remark in seen.remarks)
    assert not any("No face" in remark for remark in seen.remarks)


def test_of_two_people_the_larger_is_taken_or_the_one_asked_for(astronaut: np.ndarray) -> None:
    small = cv2.resize(astronaut, (300, 300), interpolation=cv2.INTER_AREA)
    both = np.full((512, 812, 3), 200, np.uint8)
    both[:, :512], both[212:, 512:] = astronaut, small
    taken, second = see(both), see(both, 2)
    assert any("2 people are seen; the largest is taken." in remark for remark in taken.remarks)
    assert taken.landmarks[0, 0] < 512 < second.landmarks[0, 0]
    assert second.mask[:, :500].max() < 0.5
    with pytest.raises(UserError, match="no person 3; choose 1 to 2"):
        see(both, 3)


def test_clothes_of_the_backgrounds_colour_do_not_cut_a_person_in_two(open_body) -> None:
    made = person(open_body, 4, size=512, turn=1.2)
    truth = seen_of(open_body, made).mask > 0.5
    found = see(picture_of(open_body, made)).mask > 0.5
    assert (found & truth).sum() / (found | truth).sum() > 0.9


def drawing() -> np.ndarray:
    paper = np.full((500, 400, 3), 255, np.uint8)
    cv2.circle(paper, (200, 90), 40, (0, 0, 0), 3)
    for start, end in (((200, 130), (200, 300)), ((200, 170), (110, 240)), ((200, 170), (290, 240)),
                       ((200, 300), (140, 440)), ((200, 300), (260, 440))):  # fmt: skip
        cv2.line(paper, start, end, (0, 0, 0), 3)
    return paper


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(lambda: data.chelsea(), id="cat"),
        pytest.param(lambda: np.repeat(data.horse()[..., None].astype(np.uint8) * 255, 3, axis=2), id="horse"),
        pytest.param(lambda: data.coffee(), id="cup"),
        pytest.param(drawing, id="drawing"),
        pytest.param(lambda: np.full((300, 200, 3), 128, np.uint8), id="nothing"),
        pytest.param(lambda: np.random.default_rng(0).integers(0, 255, (300, 200, 3), np.uint8), id="noise"),
    ],
)
def test_where_nobody_is_nobody_is_seen(picture) -> None:
    with pytest.raises(UserError, match="No person is seen"):
        see(picture())


def test_a_coarse_mask_is_moved_to_the_edge_of_the_colours() -> None:
    rows, columns = np.mgrid[:200, :160]
    truth = ((rows - 100) / 80) ** 2 + ((columns - 80) / 40) ** 2 < 1
    picture = np.where(truth[..., None], (200, 60, 40), (40, 90, 160)).astype(np.uint8)
    coarse = np.roll(cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 4), 3, axis=1)
    found = refined(picture, coarse) > 0.5

    def overlap(mask: np.ndarray) -> float:
        return float((mask & truth).sum() / (mask | truth).sum())

    assert overlap(found) > 0.98 > overlap(coarse > 0.5)


def test_an_empty_mask_stays_empty() -> None:
    assert refined(np.zeros((50, 40, 3), np.uint8), np.zeros((50, 40), np.float32)).max() == 0


@pytest.mark.parametrize("name", ["mediapipe.python.solutions.pose", "cv2", "PIL.Image", "scipy.sparse"])
def test_a_missing_package_is_named_with_what_installs_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = name.partition(".")[0]

    def missing(asked: str):
        raise ModuleNotFoundError(f"No module named {root!r}", name=root)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UserError, match=rf"needs the Python package {root}.*pip install"):
        needed(name)


def test_a_python_that_there_is_no_package_for_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(asked: str):
        raise ModuleNotFoundError("No module named 'mediapipe'", name="mediapipe")

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.setattr(sys, "version_info", (3, 13, 5, "final", 0))
    with pytest.raises(UserError, match=r"mediapipe, which there is for Python 3\.12 at most; this is Python 3\.13\."):
        needed("mediapipe.python.solutions.pose")


def test_a_package_that_another_one_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(asked: str):
        raise ModuleNotFoundError("No module named 'flatbuffers'", name="flatbuffers")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(UserError, match="needs the Python package flatbuffers.*pip install flatbuffers"):
        needed("mediapipe.python.solutions.pose")


def test_importing_the_room_loads_none_of_its_packages() -> None:
    names = sorted(path.stem for path in (ROOT / "motionclip_blender" / "photo").glob("*.py"))
    program = (
        "import importlib, sys\n"
        f"for name in {names}: importlib.import_module('motionclip_blender.photo.' + name)\n"
        "print(*({'mediapipe', 'cv2', 'scipy', 'PIL', 'torch', 'bpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
