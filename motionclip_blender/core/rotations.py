"""Computes with rotations as numpy arrays: unit quaternions (w, x, y, z), matrices, axis-angle, 6D.

Every function works on the last axis (or last two, for matrices) and keeps the leading ones.

6D follows the PyTorch3D convention, as MotionCLIP does: the first two ROWS of the rotation matrix (Zhou et al., CVPR
2019, use columns).
"""

from __future__ import annotations

import numpy as np

_TINY = 1e-12

_CIRCLE = 2 * np.pi


def lengths(v: np.ndarray) -> np.ndarray:
    """Returns the Euclidean lengths (..., 1) of real vectors (..., n), n small, in half of np.linalg.norm's time."""
    squares = v[..., 0] * v[..., 0]
    for axis in range(1, v.shape[-1]):
        squares = squares + v[..., axis] * v[..., axis]
    found: np.ndarray = np.sqrt(squares)[..., None]
    return found


def _normalised(v: np.ndarray) -> np.ndarray:
    return v / np.maximum(lengths(v), _TINY)


def quat_multiply(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the Hamilton product of (..., 4) quaternions: rotates by `b`, then by `a`."""
    aw, ax, ay, az = a[..., 0], a[..., 1], a[..., 2], a[..., 3]
    bw, bx, by, bz = b[..., 0], b[..., 1], b[..., 2], b[..., 3]
    out = np.empty(np.broadcast_shapes(a.shape, b.shape), np.result_type(a, b))  # np.stack takes twice as long
    out[..., 0] = aw * bw - ax * bx - ay * by - az * bz
    out[..., 1] = aw * bx + ax * bw + ay * bz - az * by
    out[..., 2] = aw * by - ax * bz + ay * bw + az * bx
    out[..., 3] = aw * bz + ax * by - ay * bx + az * bw
    return out


def quat_conjugate(q: np.ndarray) -> np.ndarray:
    """Returns the inverse of unit quaternions (..., 4)."""
    return q * np.array([1.0, -1.0, -1.0, -1.0], q.dtype)


def quat_to_matrix(q: np.ndarray) -> np.ndarray:
    """Converts (..., 4) unit quaternions to (..., 3, 3) matrices that act on column vectors."""
    q = _normalised(q)
    w, x, y, z = q[..., 0], q[..., 1], q[..., 2], q[..., 3]
    out = np.empty((*q.shape[:-1], 3, 3), q.dtype)
    out[..., 0, 0], out[..., 1, 1], out[..., 2, 2] = (
        1 - 2 * (y * y + z * z), 1 - 2 * (x * x + z * z), 1 - 2 * (x * x + y * y)
    )  # fmt: skip
    for row, column, product, turn in ((0, 1, x * y, w * z), (2, 0, x * z, w * y), (1, 2, y * z, w * x)):
        out[..., row, column], out[..., column, row] = 2 * (product - turn), 2 * (product + turn)
    return out


def matrix_to_quat(m: np.ndarray) -> np.ndarray:
    """Converts (..., 3, 3) rotation matrices to (..., 4) unit quaternions with w >= 0.

    Of the four ways to read a quaternion off a matrix, takes the one with the largest divisor, which keeps full
    precision for every rotation (Shepperd, 1978).
    """
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    q_abs = np.stack((1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22), axis=-1)
    a = m[..., 2, 1] - m[..., 1, 2]
    b = m[..., 0, 2] - m[..., 2, 0]
    c = m[..., 1, 0] - m[..., 0, 1]
    d = m[..., 1, 0] + m[..., 0, 1]
    e = m[..., 0, 2] + m[..., 2, 0]
    f = m[..., 2, 1] + m[..., 1, 2]
    candidates = np.stack(
        (
            np.stack((q_abs[..., 0], a, b, c), axis=-1),
            np.stack((a, q_abs[..., 1], d, e), axis=-1),
            np.stack((b, d, q_abs[..., 2], f), axis=-1),
            np.stack((c, e, f, q_abs[..., 3]), axis=-1),
        ),
        axis=-2,
    )
    best = np.argmax(q_abs, axis=-1)[..., None, None]
    q = _normalised(np.take_along_axis(candidates, best, axis=-2)[..., 0, :])
    return np.where(q[..., :1] < 0, -q, q)


def axis_angle_to_quat(v: np.ndarray) -> np.ndarray:
    """Converts (..., 3) rotation vectors in radians to (..., 4) unit quaternions."""
    angle = lengths(v)
    # sin(a / 2) / a, with its limit 1/2 at a = 0
    factor = 0.5 * np.sinc(angle / (2 * np.pi))
    return np.concatenate((np.cos(angle / 2), v * factor), axis=-1)


def quat_to_axis_angle(q: np.ndarray) -> np.ndarray:
    """Converts (..., 4) unit quaternions to (..., 3) rotation vectors, angle in [0, pi]."""
    q = np.where(q[..., :1] < 0, -q, q)
    sine = lengths(q[..., 1:])
    angle = 2 * np.arctan2(sine, q[..., :1])  # arctan2, because arccos loses small angles
    return q[..., 1:] * np.where(sine > _TINY, angle / np.maximum(sine, _TINY), 2.0)


def matrix_to_sixd(m: np.ndarray) -> np.ndarray:
    """Converts (..., 3, 3) matrices to (..., 6): the first two rows."""
    return m[..., :2, :].reshape(*m.shape[:-2], 6).copy()


def sixd_to_matrix(sixd: np.ndarray) -> np.ndarray:
    """Converts (..., 6) to (..., 3, 3): makes the two rows orthonormal by Gram-Schmidt; the third is their cross
    product."""
    a, b = sixd[..., :3], sixd[..., 3:]
    x = _normalised(a)
    y = _normalised(b - np.sum(x * b, axis=-1, keepdims=True) * x)
    return np.stack((x, y, np.cross(x, y)), axis=-2)


def quat_to_sixd(q: np.ndarray) -> np.ndarray:
    """Converts (..., 4) unit quaternions to (..., 6)."""
    return matrix_to_sixd(quat_to_matrix(q))


def continuous(q: np.ndarray) -> np.ndarray:
    """Flips signs along the first axis of (T, ..., 4) so that neighbours lie on the same hemisphere.

    q and -q are one rotation, but a keyframed curve that jumps from one to the other spins through the
    whole circle between two keys.
    """
    flips = np.sum(q[1:] * q[:-1], axis=-1) < 0
    # a frame is flipped when an odd number of sign changes precedes it
    sign = np.where(np.cumsum(flips, axis=0) % 2 == 1, -1.0, 1.0).astype(q.dtype)
    out = q.copy()
    out[1:] *= sign[..., None]
    return out


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Returns the smallest rotations (..., 4) that take directions `a` to directions `b`, both (..., 3), which
    broadcast.

    Returns no rotation for a direction of length zero.
    """
    a, b = (v / np.maximum(lengths(v), 1e-9) for v in np.broadcast_arrays(a, b))
    q = np.concatenate((1.0 + np.sum(a * b, axis=-1, keepdims=True), np.cross(a, b)), axis=-1)
    # opposite: half a turn about any axis across
    across = np.cross(a, np.eye(3)[np.argmin(np.abs(a), axis=-1)])
    half = np.concatenate((np.zeros_like(across[..., :1]), across), axis=-1)
    return _normalised(np.where(q[..., :1] < 1e-6, half, q))


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray | float) -> np.ndarray:
    """Interpolates spherically along the shorter arc from `a` to `b`, both (..., 4); `t` in [0, 1] broadcasts."""
    t = np.asarray(t, dtype=a.dtype)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0, -b, b)
    theta = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(theta)
    near = sine < 1e-6  # there a straight line is the arc, and the division below is not defined
    safe = np.where(near, 1.0, sine)
    weight_a = np.where(near, 1 - t, np.sin((1 - t) * theta) / safe)
    weight_b = np.where(near, t, np.sin(t * theta) / safe)
    return _normalised(weight_a * a + weight_b * b)


def quat_to_euler(q: np.ndarray, order: str) -> np.ndarray:
    """Converts (T, 4) unit quaternions to (T, 3) Euler angles in radians: about X, Y and Z, in Blender's `order`.

    "XYZ" rotates about X first. Of the two ways to write each rotation, and of all whole turns, takes those nearest to
    the frame before, so that curves do not jump.
    """
    i, j, k = ("XYZ".index(letter) for letter in order)
    odd = (i, j, k) in ((0, 2, 1), (1, 0, 2), (2, 1, 0))
    sign = -1.0 if odd else 1.0
    m = quat_to_matrix(q)
    size = np.hypot(m[:, i, i], m[:, j, i])
    first = np.where(size > 1e-6, np.arctan2(m[:, k, j], m[:, k, k]), np.arctan2(-m[:, j, k], m[:, j, j]))
    second = np.arctan2(-m[:, k, i], size)
    third = np.where(size > 1e-6, np.arctan2(m[:, j, i], m[:, i, i]), 0.0)
    one = np.zeros((len(q), 3))
    one[:, i], one[:, j], one[:, k] = first, second, third
    one *= sign
    other = one.copy()
    other[:, [i, k]] += np.pi
    other[:, j] = np.pi - other[:, j]
    out, before = [], [0.0, 0.0, 0.0]  # plain numbers: for three, numpy takes ten times as long
    for ways in zip(one.tolist(), other.tolist(), strict=True):
        unwound = [
            [angle - _CIRCLE * round((angle - last) / _CIRCLE) for angle, last in zip(way, before, strict=True)]
            for way in ways
        ]
        away = [sum(abs(angle - last) for angle, last in zip(way, before, strict=True)) for way in unwound]
        before = unwound[0] if away[0] <= away[1] else unwound[1]
        out.append(before)
    return np.array(out).reshape(-1, 3)
