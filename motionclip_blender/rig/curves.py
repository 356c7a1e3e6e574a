"""Holds F-curves as plain numbers, which any thread can evaluate and which can be saved."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

_KINDS = {
    name: bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items[name].value
    for name in ("CONSTANT", "LINEAR", "BEZIER")
}
_KNOWN = np.zeros(256, bool)
_KNOWN[list(_KINDS.values())] = True
_SAME = 1e-4  # frames; Blender treats a key this close as lying on the requested frame
_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Curve:
    """The keys of an F-curve that is constant before its first key and after its last.

    keys: (n, 2) frames, ascending, and values.
    kinds: (n,) interpolation after each key, in Blender's numbers.
    handles: (n, 4) left x, y and right x, y; empty (0, 4) if no key is a Bezier key.
    """

    keys: np.ndarray
    kinds: np.ndarray
    handles: np.ndarray

    @classmethod
    def of(cls, curve: bpy.types.FCurve, span: tuple[float, float]) -> Curve:
        """Copies an F-curve with keys or samples.

        A curve that has modifiers, an easing such as Bounce, or another extrapolation is sampled at every whole frame
        of `span`, and is linear between these frames.
        """
        points = curve.keyframe_points
        if len(points) and not len(curve.modifiers) and curve.extrapolation == "CONSTANT":
            kinds = np.empty(len(points), np.uint8)
            points.foreach_get("interpolation", kinds)
            if _KNOWN[kinds].all():
                handles = np.empty((0, 4), np.float32)
                if (kinds == _KINDS["BEZIER"]).any():
                    left, right = _pairs(points, "handle_left"), _pairs(points, "handle_right")
                    handles = np.concatenate((left, right), axis=1)
                return cls(_pairs(points, "co"), kinds, handles)
        first, last = span
        return cls.sampled(curve, np.arange(np.floor(first), np.ceil(last) + 1))

    @classmethod
    def constant(cls, frame: float, value: float) -> Curve:
        """Returns a curve with a single key."""
        kinds = np.full(1, _KINDS["LINEAR"], np.uint8)
        return cls(np.array([[frame, value]], np.float32), kinds, np.empty((0, 4), np.float32))

    @classmethod
    def sampled(cls, curve: bpy.types.FCurve, frames: np.ndarray) -> Curve:
        """Samples an F-curve at `frames` (n,); the result is linear between them."""
        values = np.fromiter(map(curve.evaluate, frames.tolist()), np.float32, len(frames))
        kinds = np.full(len(frames), _KINDS["LINEAR"], np.uint8)
        return cls(np.stack((frames, values), axis=1), kinds, np.empty((0, 4), np.float32))

    def at(self, frames: np.ndarray) -> np.ndarray:
        """Returns (T,) values at `frames` (T,), as Blender evaluates the curve."""
        times, values = self.keys.T.astype(np.float64)
        # the key before each frame; a key within the tolerance counts as lying on the frame
        left = np.clip(np.searchsorted(times, frames + _SAME, "right") - 1, 0, len(times) - 1)
        right = np.minimum(left + 1, len(times) - 1)
        span = np.maximum(times[right] - times[left], 1e-9)
        t = np.clip((frames - times[left]) / span, 0.0, 1.0)
        t[frames <= times[left] + _SAME] = 0.0
        kinds = self.kinds[left]
        out = values[left] + np.where(kinds == _KINDS["CONSTANT"], 0.0, t) * (values[right] - values[left])
        bent = (kinds == _KINDS["BEZIER"]) & (t > 0) & (t < 1)
        if bent.any():
            out[bent] = self._bent(frames[bent], left[bent])
        return out

    def _bent(self, frames: np.ndarray, left: np.ndarray) -> np.ndarray:
        """Returns (m,) values at `frames` (m,), each on the Bezier segment that begins with key `left` (m,)."""
        keys, handles = self.keys.astype(np.float64), self.handles.astype(np.float64)
        start, end = keys[left], keys[left + 1]
        out, into = handles[left, 2:] - start, handles[left + 1, :2] - end
        length = end[:, :1] - start[:, :1]
        # Blender shortens handles that are longer than the segment, so that time never runs backwards
        out *= np.minimum(1.0, length / np.maximum(np.abs(out[:, :1]), 1e-9))
        into *= np.minimum(1.0, length / np.maximum(np.abs(into[:, :1]), 1e-9))
        points = np.stack((start, start + out, end + into, end))
        low, high = np.zeros(len(frames)), np.ones(len(frames))
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            before = _bezier(points[:, :, 0], middle) < frames
            low, high = np.where(before, middle, low), np.where(before, high, middle)
        return _bezier(points[:, :, 1], (low + high) / 2)


def _bezier(points: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Returns (m,) values of cubics with control points (4, m), at parameters t (m,)."""
    s = 1 - t
    return s * s * s * points[0] + 3 * s * s * t * points[1] + 3 * s * t * t * points[2] + t * t * t * points[3]


def _pairs(points: bpy.types.FCurveKeyframePoints, name: str) -> np.ndarray:
    """Returns (n, 2) values of a property of all keys."""
    flat = np.empty(2 * len(points), np.float32)
    points.foreach_get(name, flat)
    return flat.reshape(-1, 2)
