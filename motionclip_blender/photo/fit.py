"""Fits a body and a camera to the person seen in a photo."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from ..core.body import Body
from ..core.errors import UserError
from ..core.progress import Progress, no_progress
from ..core.rotations import matrix_to_quat, quat_to_axis_angle
from ..core.skeleton import FACE_JOINTS, INDEX
from .chain import TURNED, Chain, State, projected
from .ground import stood
from .outline import Outline
from .prior import POSED, load_prior
from .raster import Raster
from .see import LANDMARKS, Seen
from .solve import Block, minimise
from .terms import Fit

_FOCAL, _FOCAL_SPREAD = 1.4, 0.35  # of the longer side; standard deviation of its logarithm
_FOCAL_TOLD = 0.02  # the same, of a lens that the photo tells
_SHAPES = 10
_STAGE = "Fitting the body"
_HEIGHT = 1.7  # metres; what the spreads of landmarks refer to
_FACE = 0.65  # weight of each landmark of the face: they err together
_HIDDEN = 0.15  # weight of what the network guesses
_TAIL, _DEPTH_TAIL = 2.5, 2.0
_DEPTH = 0.75  # weight of the guessed depths
_POSE = 0.6  # weight of the pose's prior
_LEG = {"hip": "knee", "knee": "ankle", "ankle": "foot_index", "foot": "foot_index"}
"""Joints of a leg, each with the landmark that tells how it is turned."""
_CUT_OFF = 0.25  # visibility
_LEAST_SCORE = 0.55  # overlap of body and mask; people reach 0.9
_STANDING = 0.08  # radians, standard deviation
_LEANING = 0.07  # metres that the shoulders of who is cut off are not above the hips, standard deviation
_TRUNK = np.array([("shoulder" in name) / 2 - ("hip" in name) / 2 for name in LANDMARKS])
_LIMIT = 0.15  # radians by which a joint may pass its limit, as a standard deviation
_REACHES = (0.12, 0.1, 0.08, 0.06, 0.05, 0.04, 0.04)  # how far outlines may be apart, round by round


def fit(seen: Seen, body: Body, progress: Progress | None = None, focal: float | None = None) -> Fit:
    """Finds shape, pose and place of the person, and the camera, in a second or two.

    focal: the lens in pixels, where the photo tells it (`read.focal_of`); else it is guessed, for a person alone shows
        little of it.
    Landmarks and outline of the mask are matched, within the limits of joints and near the poses that motions show.
    Raises `UserError` if no body fits, and what `progress` raises.
    """
    report = progress or no_progress
    if seen.face:
        return _Fitting(seen, body, report, focal).run().stood()
    # without a face the network often takes a back for a front; the other way round may need a less odd pose
    ways = (seen, seen.turned_round())
    shares = (lambda stage, share: report(stage, share / 2), lambda stage, share: report(stage, (1 + share) / 2))
    found = [_Fitting(way, body, share, focal).run() for way, share in zip(ways, shares, strict=True)]
    return min(found, key=lambda fitting: fitting.cost).stood()


class _Fitting:
    def __init__(self, seen: Seen, body: Body, progress: Progress, focal: float | None) -> None:
        self._seen, self._body, self._progress = seen, body, progress
        self._prior = load_prior()
        self._middle = np.array((seen.width, seen.height)) / 2
        self._focal = float(np.log(focal or _FOCAL * max(seen.width, seen.height)))
        self._focal_spread = _FOCAL_TOLD if focal else _FOCAL_SPREAD
        self._relaxed = np.concatenate((np.zeros((len(FACE_JOINTS), 3)), body.relaxed_hands.astype(np.float64)))
        self._offsets = self._prior.offsets * (body.leg_length / _OPEN_LEG)
        self._outline = Outline(seen.mask, body)
        self._unseen = self._cut_off()
        self._unit = 1.0  # pixels of the person's height
        self.cost = np.inf

    def _cut_off(self) -> np.ndarray:
        """Returns which of the body's angles (63,) no landmark tells of: those of legs that are cut off.

        Such a person stands straight, for all that is known; the mean of all motions would stoop.
        """
        unseen = [
            f"{side}_{joint}"
            for side in ("left", "right")
            for joint, landmark in _LEG.items()
            if self._seen.visible(f"{side}_{landmark}") < _CUT_OFF
        ]
        if len(unseen) == 2 * len(_LEG):
            unseen += ["spine1", "spine2"]
        joints = np.array([INDEX[joint] - 1 for joint in unseen], int)
        return (3 * joints[:, None] + np.arange(3)).ravel()

    def run(self) -> _Fitting:
        """Fits; `cost` is then how badly all that is compared agrees."""
        self._progress(_STAGE, 0.0)
        state = self._start()
        loose = partial(self._blocks, loose=True)
        held = np.zeros(state.size, bool)
        held[3 : 3 * TURNED] = True  # first only where the person is and which way it faces
        held[3 * TURNED + 3 :] = True
        state, _ = minimise(state, loose, 8, held)
        state, _ = minimise(state, loose, 15)
        state, _ = minimise(state, self._blocks, 20)
        shown = self._shown(state)
        self._best, self._score = state, self._outline.overlap(shown[0].covered)
        for number, reach in enumerate(_REACHES):
            self._progress(_STAGE, 0.3 + 0.7 * number / len(_REACHES))
            pairs = self._outline.pairs(*shown, reach)
            state, self.cost = minimise(state, partial(self._blocks, pairs=pairs), 4)
            shown = self._shown(state)
            reached = self._outline.overlap(shown[0].covered)
            if reached >= self._score:
                self._best, self._score = state, reached
        self._progress(_STAGE, 1.0)
        return self

    def stood(self) -> Fit:
        """Returns the fit on the floor. Raises `UserError` if the body does not fill the mask."""
        if self._score < _LEAST_SCORE:
            raise UserError(
                "The body cannot be fitted to what was taken for a person in the photo; choose a photo that shows the "
                "person more clearly, best from head to foot."
            )
        return stood(self._best, self._body, self._relaxed, self._seen, self._score)

    def _start(self) -> State:
        """Returns the mean pose, turned as the network guesses, at the place that its landmarks ask for."""
        places = dict(zip(LANDMARKS, self._seen.places, strict=True))
        left = sum(places[f"left_{part}"] - places[f"right_{part}"] for part in ("hip", "shoulder"))
        up = sum(places[f"{side}_shoulder"] - places[f"{side}_hip"] for side in ("left", "right"))
        up = up / np.linalg.norm(up)
        left = left - (left @ up) * up
        left = left / max(np.linalg.norm(left), 1e-6)
        root = np.stack((left, up, np.cross(left, up)), axis=1)
        turns = np.concatenate((quat_to_axis_angle(matrix_to_quat(root))[None], self._prior.mean.reshape(POSED, 3)))
        shapes = min(_SHAPES, self._body.shape_dirs.shape[2])
        state = State(turns, np.zeros(3), np.zeros(shapes), self._focal)
        points, _ = Chain(self._body, state, self._relaxed).landmarks(self._offsets)
        wanted = (self._seen.landmarks - self._middle) / np.exp(self._focal)
        weights = np.repeat(self._weights(), 2)
        by = np.zeros((len(LANDMARKS), 2, 3))
        by[:, 0, 0] = by[:, 1, 1] = 1
        by[:, :, 2] = -wanted
        missing = wanted * points[:, 2:] - points[:, :2]
        place = np.linalg.lstsq(by.reshape(-1, 3) * weights[:, None], missing.ravel() * weights, rcond=None)[0]
        if place[2] < 0.3:
            place = np.array([0.0, 0.0, 4.0])
        self._unit = float(np.exp(self._focal) * _HEIGHT / place[2])
        return State(turns, place, np.zeros(shapes), self._focal)

    def _weights(self) -> np.ndarray:
        """(33,) how much each landmark counts."""
        weights = _HIDDEN + (1 - _HIDDEN) * self._seen.visibility.clip(0, 1) ** 2
        outside = (self._seen.landmarks < 0).any(axis=1) | (self._seen.landmarks > 2 * self._middle).any(axis=1)
        weights = np.where(outside, 0.3 * _HIDDEN, weights)
        weights[:11] *= _FACE
        return weights

    def _blocks(self, state: State, pairs: tuple | None = None, loose: bool = False) -> Iterator[Block]:
        """loose: whether the landmarks' places in space count as much as those in the picture, to begin with."""
        chain = Chain(self._body, state, self._relaxed)
        points, by = chain.landmarks(self._offsets)
        weights = self._weights()
        pixels, by_pixels = projected(points, by, state.focal, self._middle)
        unit = (weights / (self._prior.spread * self._unit * (3 if loose else 1)))[:, None]
        yield Block(
            ((pixels - self._seen.landmarks) * unit).ravel(),
            (by_pixels * unit[..., None]).reshape(-1, state.size),
            None if loose else _TAIL,
        )
        yield self._depths(points, by, weights, loose)
        posed, size = slice(3, 3 * TURNED), state.size
        turns = state.turns[1:].ravel()
        whitening = np.zeros((len(turns), size))
        whitening[:, posed] = _POSE * self._prior.whitening
        yield Block(_POSE * self._prior.whitening @ (turns - self._prior.mean), whitening)
        if len(self._unseen):
            straight = np.zeros((len(self._unseen), size))
            straight[np.arange(len(self._unseen)), 3 + self._unseen] = 1 / _STANDING
            yield Block(turns[self._unseen] / _STANDING, straight)
            aside = np.array([0, 2])
            yield Block(_TRUNK @ points[:, aside] / _LEANING, np.einsum("n,nas->as", _TRUNK, by[:, aside]) / _LEANING)
        beyond = np.maximum(turns - self._prior.high, 0) + np.minimum(turns - self._prior.low, 0)
        limits = np.zeros((len(turns), size))
        limits[:, posed] = np.diag((beyond != 0) / _LIMIT)
        yield Block(beyond / _LIMIT, limits)
        shaped = np.zeros((len(state.betas), size))
        shaped[:, posed.stop + 3 : -1] = np.eye(len(state.betas))
        yield Block(state.betas, shaped)
        lens = np.zeros((1, size))
        lens[0, -1] = 1 / self._focal_spread
        yield Block(np.array([(state.focal - self._focal) / self._focal_spread]), lens)
        if pairs is not None and len(pairs[0]):
            yield self._outline.block(chain, pairs, self._middle)

    def _depths(self, points: np.ndarray, by: np.ndarray, weights: np.ndarray, loose: bool) -> Block:
        """Compares the landmarks in space, from the middle of the hips, with the network's guess at the body's
        scale."""
        hips = [LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]
        local, local_by = points - points[hips].mean(axis=0), by - by[hips].mean(axis=0)
        guess = self._seen.places - self._seen.places[hips].mean(axis=0)
        scale = np.clip((local * guess).sum() / max((guess**2).sum(), 1e-9), 0.7, 1.4)
        unit = _DEPTH * weights[:, None] / self._prior.deep[:, None]
        axes = slice(0, 3) if loose else slice(2, 3)
        return Block(
            ((local - scale * guess) * unit)[:, axes].ravel(),
            (local_by * unit[..., None])[:, axes].reshape(-1, by.shape[2]),
            None if loose else _DEPTH_TAIL,
        )

    def _vertices(self, state: State) -> np.ndarray:
        chain = Chain(self._body, state, self._relaxed)
        spin = np.tensordot(self._body.weights, chain.spins, axes=(1, 0))
        offset = chain.places - np.einsum("jab,jb->ja", chain.spins, chain.rest)
        return np.einsum("nab,nb->na", spin, self._body.vertices(state.betas)) + self._body.weights @ offset

    def _shown(self, state: State) -> tuple[Raster, np.ndarray]:
        return self._outline.raster(self._vertices(state), state.focal, self._middle)


_OPEN_LEG = 0.7788
"""Metres: leg length of the open body, for which the landmarks' offsets were measured."""
