"""Finds a person in a photo: landmarks of the body in the picture and in space, and a mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..core.errors import UserError
from .mask import refined
from .packages import needed

LANDMARKS: tuple[str, ...] = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index", "left_thumb",
    "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel",
    "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
"""The landmarks of BlazePose, in its order (Bazarevsky et al., 2020)."""

_PARTNERS = [
    LANDMARKS.index("_".join({"left": "right", "right": "left"}.get(part, part) for part in name.split("_")))
    for name in LANDMARKS
]
_MOST_PEOPLE = 8
_SURE = 0.5  # confidence of the detector from which a person is taken for one
_CUT_OFF = 0.02  # part of the picture's height or width by which a landmark lies outside
_LEAST_MASK = 0.004  # part of the picture that a person fills at least
_SEEN = 0.5  # mean visibility of shoulders and hips, or of the head, of somebody who is there
_OVERLAP = 0.5  # part of a found person's mask that belongs to one found before
_SAME, _MORE = 0.6, 1.35  # of a first look, what a second one shows of it at least, and how much more in all
_TRUNK = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
_HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


@dataclass(frozen=True, eq=False)
class Seen:
    """A person in a photo.

    width, height: pixels of the photo.
    landmarks: (33, 2) pixels, from the top left corner; may lie outside the picture.
    places: (33, 3) metres, in the camera's axes (x right, y down, z away), from the middle of the hips; z is a guess.
    visibility: (33,) 0..1.
    mask: (H, W) float32, 0..1.
    remarks: sentences on what the user should know.
    face: whether a face is seen where the head is.
    """

    width: int
    height: int
    landmarks: np.ndarray
    places: np.ndarray
    visibility: np.ndarray
    mask: np.ndarray
    remarks: tuple[str, ...]
    face: bool = True

    def turned_round(self) -> Seen:
        """Returns the person as one who faces the other way: left and right, near and far are swapped."""
        return replace(
            self,
            landmarks=self.landmarks[_PARTNERS],
            places=self.places[_PARTNERS] * np.array([1.0, 1.0, -1.0]),
            visibility=self.visibility[_PARTNERS],
        )

    def visible(self, *names: str) -> float:
        """Returns the mean visibility of landmarks."""
        return float(self.visibility[[LANDMARKS.index(name) for name in names]].mean())


@dataclass(frozen=True, eq=False)
class _Found:
    landmarks: np.ndarray
    places: np.ndarray
    visibility: np.ndarray
    mask: np.ndarray


def see(picture: np.ndarray, person: int | None = None) -> Seen:
    """Finds a person in a photo (H, W, 3) uint8.

    person: which of several, counted from 1 by size; by default the largest. Raises `UserError` if there is nobody, or
    no such person.
    """
    height, width = picture.shape[:2]
    found = _everybody(picture)
    if not found:
        raise UserError("No person is seen in the photo; choose one that shows a person, best from head to foot.")
    found.sort(key=lambda one: -float((one.mask > 0.5).sum()))
    if person is not None and not 1 <= person <= len(found):
        raise UserError(f"The photo shows {_people(len(found))}, so there is no person {person}; choose 1 to "
                        f"{len(found)}.")  # fmt: skip
    chosen = found[(person or 1) - 1]
    mask = refined(picture, chosen.mask, [one.mask for one in found if one is not chosen])
    face = _shows_face(picture, chosen)
    remarks = tuple(_remarks(chosen, mask, face, len(found), person))
    return Seen(width, height, chosen.landmarks, chosen.places, chosen.visibility, mask, remarks, face)


def _everybody(picture: np.ndarray) -> list[_Found]:
    """Returns the people of a photo. The network sees one at a time, so whoever is found is painted over."""
    left = picture
    found: list[_Found] = []
    while len(found) < _MOST_PEOPLE:
        one = _one(left)
        if one is None or not _is_there(one, found):
            return found
        found.append(one)
        if len(found) < _MOST_PEOPLE:
            left = _without(left, one.mask)
    return found


def _one(picture: np.ndarray) -> _Found | None:
    """Returns the person that the network sees first.

    It sometimes stops at the waist of clothes that are like the background; in a picture whose brightness is evened out
    it goes on. The second look is taken only if it shows the same person and more of it.
    """
    first, second = _look(picture), _look(_evened(picture))
    if first is None or second is None:
        return first
    solid, other = first.mask > 0.5, second.mask > 0.5
    both = (solid & other).sum()
    same = both > _SAME * solid.sum()
    more = other.sum() * second.visibility.mean() > _MORE * solid.sum() * first.visibility.mean()
    return second if same and more else first


def _evened(picture: np.ndarray) -> np.ndarray:
    """Returns a photo whose brightnesses are equally frequent."""
    cv2 = needed("cv2")
    lightness, *colours = cv2.split(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2LAB))
    return cv2.cvtColor(cv2.merge((cv2.equalizeHist(lightness), *colours)), cv2.COLOR_LAB2RGB)


def _look(picture: np.ndarray) -> _Found | None:
    height, width = picture.shape[:2]
    pose = needed("mediapipe.python.solutions.pose")
    with pose.Pose(
        static_image_mode=True, model_complexity=1, enable_segmentation=True, min_detection_confidence=_SURE
    ) as network:
        seen = network.process(np.ascontiguousarray(picture))
    if seen.pose_landmarks is None or seen.segmentation_mask is None:
        return None
    flat = np.array([(mark.x, mark.y, mark.visibility) for mark in seen.pose_landmarks.landmark], np.float64)
    places = np.array([(mark.x, mark.y, mark.z) for mark in seen.pose_world_landmarks.landmark], np.float64)
    return _Found(flat[:, :2] * (width, height), places, flat[:, 2], np.asarray(seen.segmentation_mask, np.float32))


def _is_there(one: _Found, before: list[_Found]) -> bool:
    """Tells whether what was found is a person, and another one than those found before."""
    solid = one.mask > 0.5
    if solid.mean() < _LEAST_MASK or any(
        (solid & (other.mask > 0.5)).sum() > _OVERLAP * solid.sum() for other in before
    ):
        return False
    visible = [one.visibility[[LANDMARKS.index(name) for name in names]].mean() for names in (_TRUNK, _HEAD)]
    if max(visible) < _SEEN:
        return False
    height, width = solid.shape
    seen = one.visibility > _SEEN
    at = np.clip(one.landmarks[seen].astype(int), 0, [width - 1, height - 1])
    return bool(one.mask[at[:, 1], at[:, 0]].mean() > 0.4)  # landmarks of what is no person lie beside its mask


def _without(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Returns the photo with a person painted over by the surroundings' mean colour."""
    cv2 = needed("cv2")
    reach = max(3, round(0.02 * max(mask.shape)))
    over = cv2.dilate((mask > 0.3).astype(np.uint8), np.ones((reach, reach), np.uint8)) > 0
    if over.all():
        return np.zeros_like(picture)
    painted = picture.copy()
    painted[over] = picture[~over].mean(axis=0).astype(np.uint8)
    return painted


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"


def _remarks(one: _Found, mask: np.ndarray, face: bool, count: int, person: int | None) -> Iterator[str]:
    height, width = mask.shape
    if count > 1 and person is None:
        yield f"{_people(count)} are seen; the largest is taken."
    at = dict(zip(LANDMARKS, one.landmarks / (width, height), strict=True))
    visible = dict(zip(LANDMARKS, one.visibility, strict=True))

    def outside(*names: str) -> bool:
        return all(
            (at[name] < -_CUT_OFF).any() or (at[name] > 1 + _CUT_OFF).any() or visible[name] < 0.2 for name in names
        )

    if outside("left_knee", "right_knee", "left_ankle", "right_ankle"):
        yield "The legs are cut off; they are guessed."
    elif outside("left_ankle", "right_ankle"):
        yield "The feet are cut off; they are guessed."
    elif mask[-2:].max() > 0.5 or max(at["left_heel"][1], at["right_heel"][1]) > 1:
        yield "The person reaches the picture's lower border; what is below is guessed."
    if mask[:2].max() > 0.5:
        yield "The person reaches the picture's upper border; what is above is guessed."
    if mask[:, :2].max() > 0.5 or mask[:, -2:].max() > 0.5:
        yield "The person reaches the picture's side; what is beyond is guessed."
    if not face:
        yield "No face is seen; the head is dressed with what is seen of it."
    if (mask > 0.5).sum(axis=0).max(initial=0) < 160:
        yield "The person is small in the photo; the film will be blurred."


def _shows_face(picture: np.ndarray, one: _Found) -> bool:
    """Looks for a face where the head is."""
    faces = needed("mediapipe.python.solutions.face_detection")
    head = one.landmarks[:11]
    middle = head.mean(axis=0)
    shoulders = np.linalg.norm(one.landmarks[11] - one.landmarks[12])
    half = max(1.8 * float(np.ptp(head, axis=0).max()), 0.7 * float(shoulders), 24.0)
    low = np.clip((middle - half).astype(int), 0, None)
    high = (middle + half).astype(int)
    crop = picture[low[1] : max(high[1], low[1]), low[0] : max(high[0], low[0])]
    if min(crop.shape[:2]) < 16:
        return False
    with faces.FaceDetection(model_selection=0, min_detection_confidence=0.4) as network:
        return bool(network.process(np.ascontiguousarray(crop)).detections)
