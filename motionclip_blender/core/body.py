"""Loads SMPL-X bodies (shape, joints and skin): the open body, or a user's own licensed file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from .body_file import POSE_FEATURES, body_fields, frozen, plain_arrays
from .errors import UserError
from .fitted_body import FittedBody, Standing, lowest_points
from .kinematics import posed, positions
from .motion import Motion
from .skeleton import HAND_JOINTS, INDEX, JOINTS

OPEN_BODY = Path(__file__).parent.parent / "assets" / "body" / "smplx_open.npz"

_CHUNK = 64  # frames skinned at a time; keeps the working set at tens of megabytes

# Body parts that may touch the floor, each with the number of directions in which its outermost vertex is a contact
_CONTACTS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("left_ankle", "left_foot"), 40), (("right_ankle", "right_foot"), 40),
    (("left_hip", "left_knee"), 20), (("right_hip", "right_knee"), 20),
    (("left_shoulder", "left_elbow"), 20), (("right_shoulder", "right_elbow"), 20),
    (("left_wrist", *HAND_JOINTS[:15]), 26), (("right_wrist", *HAND_JOINTS[15:]), 26),
    (("pelvis",), 26), (("spine1", "spine2", "spine3", "left_collar", "right_collar"), 26),
    (("neck", "head", "jaw"), 26),
)  # fmt: skip
_CONTACT_PERCENTILE = 5.0
_SAME_JOINTS = 0.002  # metres
_MOST_FITTED = 16


@dataclass(frozen=True, eq=False)
class Body:
    """An SMPL-X body. Axes are those of `core`: Y up, T-pose facing +Z, metres. All arrays are read-only.

    The rest pose stands on the floor, y = 0: bodies are lifted from SMPL-X's origin as they are loaded (see `origin`).

    template: (V, 3) vertices at rest.
    faces: (F, 3) triangles.
    weights: (V, 55) how much each joint moves each vertex; rows sum to 1.
    regressor: (55, V) joints from the vertices at rest.
    shape_dirs: (V, 3, S) offsets per unit of each beta.
    expression_dirs: (V, 3, E) offsets per unit of each expression coefficient.
    pose_dirs: (V, 3, 486) pose correctives, or None where the file's are all zero.
    relaxed_hands: (30, 3) axis-angle of the 30 hand joints at rest, left hand first.
    shape_names, expression_names: names of the components; empty where the file has none.
    face_zone, zone_names, zone_colours: (F,) index of each face's zone, names, (Z, 3) colours; None or empty where
        the file has none.
    licence, origin: what the file says of itself; empty where it says nothing.
    path: the file.
    mean, betas: of a body of `shaped`, the body as it is in the file, and the shape (n,) that this one has; else None.
    """

    template: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    regressor: np.ndarray
    shape_dirs: np.ndarray
    expression_dirs: np.ndarray
    pose_dirs: np.ndarray | None
    relaxed_hands: np.ndarray
    shape_names: tuple[str, ...]
    expression_names: tuple[str, ...]
    face_zone: np.ndarray | None
    zone_names: tuple[str, ...]
    zone_colours: np.ndarray | None
    licence: str
    origin: str
    path: Path
    mean: Body | None = None
    betas: np.ndarray | None = None

    @classmethod
    def load(cls, path: Path | str | None = None) -> Body:
        """Loads the open body, or the SMPL-X `.npz` file at `path`.

        Licensed files hold pickled entries, which could run any code; they are never read. Raises `UserError` for a
        file that is missing, damaged, or no SMPL-X body.
        """
        if path is None:
            # the open body's correctives are all zero; unpacking 80 MB of zeros would take most of the time
            return cls(**body_fields(plain_arrays(OPEN_BODY, but="posedirs"), OPEN_BODY, posed=False), path=OPEN_BODY)
        return cls(**body_fields(plain_arrays(Path(path)), Path(path), posed=True), path=Path(path))

    def shaped(self, betas: np.ndarray | None) -> Body:
        """Returns the body with the shape `betas` as its mean shape; itself for None.

        Raises `UserError` for betas that it does not have.
        """
        if betas is None:
            return self
        betas = self.checked_betas(betas)
        return replace(self, template=frozen(self.vertices(betas)), mean=self, betas=frozen(betas))

    @property
    def smplx_betas(self) -> np.ndarray | None:
        """The betas of `shaped` as SMPL-X files mean them, (10 or more,); None for a body whose shapes are its own."""
        if self.betas is None or self.shape_names:
            return None
        return np.pad(self.betas, (0, max(10 - len(self.betas), 0)))

    # --- the body at rest

    def vertices(self, betas: np.ndarray | None = None) -> np.ndarray:
        """Returns the (V, 3) vertices at rest, for the shape `betas` (up to S numbers; the mean shape by default)."""
        if betas is None:
            return self.template
        betas = self.checked_betas(betas)
        return self.template + (betas @ self._shape_rows[: len(betas)]).reshape(self.template.shape)

    def joints(self, betas: np.ndarray | None = None) -> np.ndarray:
        """Returns the (55, 3) joints at rest, for the shape `betas`."""
        if betas is None:
            return self._mean_joints
        betas = self.checked_betas(betas)
        return self._mean_joints + self._joint_dirs[:, :, : len(betas)] @ betas

    def checked_betas(self, betas: np.ndarray) -> np.ndarray:
        """Returns `betas` as (n,) float32 with n <= S. Raises `UserError` for more shape parameters than the body has,
        or NaN."""
        betas = np.asarray(betas, np.float32).ravel()
        known = self.shape_dirs.shape[2]
        if len(betas) > known and np.any(betas[known:]):
            raise UserError(f"This body has {known} shape parameters, not {len(betas)}; give fewer of them.")
        betas = betas[:known]
        if not np.isfinite(betas).all():
            raise UserError("The body's shape parameters must be finite numbers.")
        return betas

    @cached_property
    def _mean_joints(self) -> np.ndarray:
        return frozen(self.regressor @ self.template)

    @cached_property
    def _shape_rows(self) -> np.ndarray:
        """(S, 3 V) shape directions, each contiguous in memory, which multiplies ten times faster."""
        return frozen(self.shape_dirs.reshape(-1, self.shape_dirs.shape[2]).T)

    @cached_property
    def _joint_dirs(self) -> np.ndarray:
        """(55, 3, S) offsets of the joints per unit of each beta. Cached: applying the regressor takes a hundred times
        longer."""
        vertices, _, components = self.shape_dirs.shape
        moved = self.regressor @ self.shape_dirs.reshape(vertices, -1)
        return frozen(moved.reshape(len(JOINTS), 3, components))

    @cached_property
    def leg_length(self) -> float:
        """Hip to knee to ankle of the mean shape, in metres."""
        hip, knee, ankle = (self._mean_joints[INDEX[f"left_{name}"]] for name in ("hip", "knee", "ankle"))
        return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))

    # --- the body in motion

    def posed_joints(self, motion: Motion, betas: np.ndarray | None = None) -> np.ndarray:
        """Returns the (T, 55, 3) joints of the moving body, in metres."""
        return positions(motion, self.joints(betas))

    def posed_vertices(
        self, motion: Motion, betas: np.ndarray | None = None, ids: np.ndarray | None = None
    ) -> np.ndarray:
        """Returns the (T, n, 3) vertices of the moving body, in metres: all of them, or those in `ids`.

        Linear blend skinning with pose correctives, as in `smplx.lbs` (Loper et al., SMPL, 2015, equations 2-9).
        """
        chosen = slice(None) if ids is None else np.asarray(ids)
        rest = self.vertices(betas)[chosen]
        weights = self.weights[chosen]
        spins, places = posed(motion, self.joints(betas))
        # each joint moves a vertex v to spin v + offset
        offsets = places - np.einsum("tjab,jb->tja", spins, self.joints(betas))
        correctives = None
        if self.pose_dirs is not None:
            correctives = self.pose_dirs[chosen].reshape(-1, POSE_FEATURES).T
        out = np.empty((len(motion), len(rest), 3), np.float32)
        for start in range(0, len(motion), _CHUNK):
            part = slice(start, start + _CHUNK)
            moved = np.broadcast_to(rest, out[part].shape)
            if correctives is not None:
                turned: np.ndarray = motion.matrices[part, 1:] - np.eye(3, dtype=np.float32)
                features = turned.reshape(-1, POSE_FEATURES)
                moved = moved + (features @ correctives).reshape(moved.shape)
            spin = np.tensordot(weights, spins[part], axes=(1, 1))  # (n, t, 3, 3)
            out[part] = np.einsum("ntab,tnb->tna", spin, moved)
            out[part] += np.tensordot(weights, offsets[part], axes=(1, 1)).transpose(1, 0, 2)
        return out

    # --- the floor

    @cached_property
    def contacts(self) -> np.ndarray:
        """Ids of the vertices that can be the body's lowest: the outermost ones of the feet, hands, knees, head and so
        on."""
        owner = np.argmax(self.weights, axis=1)
        found: list[int] = []
        for names, directions in _CONTACTS:
            ids = np.flatnonzero(np.isin(owner, [INDEX[name] for name in names]))
            if len(ids):
                reach = self.template[ids] @ _sphere(directions).T
                found.extend(ids[np.argmax(reach, axis=0)])
        return frozen(np.unique(found))

    def on_floor(self, motion: Motion, betas: np.ndarray | None = None) -> Motion:
        """Returns the motion shifted vertically as a whole, so that the body stands on the floor, y = 0."""
        return motion.moved(np.array([0.0, -floor_under(self.lowest(motion, betas)), 0.0]))

    def lowest(self, motion: Motion, betas: np.ndarray | None = None) -> np.ndarray:
        """Returns the height of the body's lowest point in every frame, (T,) metres."""
        if self.pose_dirs is not None:
            return self.posed_vertices(motion, betas, self.contacts)[:, :, 1].min(axis=1)
        ids = self.contacts
        return lowest_points(motion, self.joints(betas), self.vertices(betas)[ids], self.weights[ids])

    # --- other proportions

    def fitted_to(self, joints: np.ndarray | None) -> Standing:
        """Returns a body whose joints rest at `joints` (55, 3), metres.

        Returns this body itself if `joints` is None or equals its own joints.
        """
        if joints is None or np.abs(joints - self.joints()).max() < _SAME_JOINTS:
            return self
        key = np.asarray(joints, np.float32).tobytes()
        if key not in self._fitted:
            if len(self._fitted) >= _MOST_FITTED:
                self._fitted.clear()
            ids = self.contacts
            self._fitted[key] = FittedBody.of(
                joints, self.template[ids], self.weights[ids], self.joints(), self.relaxed_hands
            )
        return self._fitted[key]

    @cached_property
    def _fitted(self) -> dict[bytes, FittedBody]:
        return {}


def floor_under(lowest: np.ndarray) -> float:
    """Returns the height of the floor under a body whose lowest points are at `lowest` (T,), in metres.

    The floor is a low percentile of all frames, not the minimum: one frame whose foot dips through the floor must not
    lift the whole motion. Frames in the air lie above the percentile and have no effect, as long as the body touches
    the floor in one frame of twenty.
    """
    return float(np.percentile(lowest, _CONTACT_PERCENTILE))


def _sphere(count: int) -> np.ndarray:
    """Returns (count, 3) directions spread evenly over the sphere (a Fibonacci lattice)."""
    i = np.arange(count) + 0.5
    up = 1 - 2 * i / count
    turn = i * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - up * up)
    return np.stack((radius * np.cos(turn), up, radius * np.sin(turn)), axis=1).astype(np.float32)
