"""Determines the up axis of a clip's world from its format, the skeleton's rest pose and the person's movement.

In one frame, a clip of a lying person and one whose file has another up axis look the same. Therefore the rest pose,
the floor, the feet and the path are examined together; if they disagree, an error is raised instead of guessing.
"""

from __future__ import annotations

import numpy as np

from ..errors import UserError
from . import anatomy
from .anatomy import Places

_NEAR_AXIS = 25.0  # degrees that a rest pose's trunk may be off the axis that is its up
_LEANING = 40.0  # degrees that trunk and legs of an upright person may be off the vertical
_MOSTLY = 0.8  # of all frames
_OFTEN = 0.5
_LONG_ENOUGH = 0.6
_SELDOM = 0.1
_ON_FLOOR = 0.12  # leg lengths: distance of a floor from the height of zero
_TRAVEL = 1.0  # leg lengths: a person who moves further than this travels

AXES = {name: sign * np.eye(3)["xyz".index(name[-1])] for sign, name in
        ((1, "x"), (1, "y"), (1, "z"), (-1, "-x"), (-1, "-y"), (-1, "-z"))}  # fmt: skip

_NOT_SHOWN = (
    "Its rest pose does not stand, and the person is upright too seldom, or lies, so that which way is up does not "
    "show; say which axis points up (Up, or --up)."
)


def axis_name(axis: np.ndarray) -> str:
    """Returns the name of an axis, such as X or -Y."""
    at = int(np.argmax(np.abs(axis)))
    return ("-" if axis[at] < 0 else "") + "XYZ"[at]


def resting_up(rest: Places) -> np.ndarray | None:
    """Returns the axis along which the person stands in the rest pose; None for a rest pose that does not stand
    upright."""
    if anatomy.strain(rest) > 1:
        return None
    axis, off = anatomy.nearest_axis(anatomy.trunk(rest))
    return axis if off < _NEAR_AXIS else None


def moving_up(places: Places) -> tuple[np.ndarray, float]:
    """Returns the axis along which the person is upright in most frames, and the share of frames in which trunk and
    legs are.

    places: joint -> (T, 3).
    """
    trunk = anatomy.trunk(places)
    legs = anatomy.unit(anatomy.middle(places, "hip") - anatomy.middle(places, "ankle"))
    axis, _ = anatomy.nearest_axis(np.median(anatomy.unit(trunk + legs), axis=0))
    return axis, float(_upright(places, axis).mean())


def _upright(places: Places, axis: np.ndarray) -> np.ndarray:
    """Returns whether trunk and legs are along an axis, (T,)."""
    legs = anatomy.middle(places, "hip") - anatomy.middle(places, "ankle")
    return (anatomy.degrees_between(anatomy.trunk(places), axis) < _LEANING) & (
        anatomy.degrees_between(legs, axis) < _LEANING
    )


def find_up(places: Places, rest: Places, y_up: bool) -> np.ndarray:
    """Returns the axis (3,) that is up in the world of `places`, joint -> (T, 3); `rest`: joint -> (3,) the rest pose.

    Raises `UserError` if it cannot be determined.
    y_up: whether the format says that it is +Y.
    """
    resting = resting_up(rest)
    moving, share = moving_up(places)
    if resting is not None and (resting == moving).all():
        return resting
    if y_up and (resting is not None or (shown_up(places, AXES["y"]) == AXES["y"]).all()):
        return AXES["y"]
    if y_up and not _walks(places, moving):
        raise UserError(
            f"Its rest pose does not stand, and the person is along {axis_name(moving)} throughout, where its format "
            "has Y up: lying, or in other axes; say which axis points up (Up, or --up)."
        )
    if resting is None:
        others = [axis for axis in AXES.values() if abs(axis @ moving) < 0.5]
        if share < _OFTEN or max(_upright(places, axis).mean() for axis in others) > _SELDOM:
            raise UserError(_NOT_SHOWN)
        stands, lies = _stands_at_zero(places, moving), any(_lies_at_zero(places, axis) for axis in others)
        # a person who jumps or falls may move as far vertically, but is mostly on the floor
        rises = _goes_along(places, moving) and _at_zero(places, moving).mean() < _LONG_ENOUGH
        if rises or (lies and not stands and not _walks(places, moving)):
            raise UserError(_NOT_SHOWN)
        return moving
    if share < _MOSTLY or _goes_along(places, moving):
        return resting
    feet, body = _stands_at_zero(places, moving), _lies_at_zero(places, resting)
    if feet != body:
        return moving if feet else resting
    if feet and _walks(places, moving):
        return moving
    raise UserError(
        f"Its rest pose stands along {axis_name(resting)}, and the person along {axis_name(moving)} throughout: "
        f"lying, or in other axes; say which axis points up (Up, or --up)."
    )


def shown_up(places: Places, otherwise: np.ndarray) -> np.ndarray:
    """Returns the axis (3,) along which the movement itself shows the person upright; `otherwise` if it does not.

    Ignores the rest pose, for checking the result of retargeting.
    places: joint -> (T, 3).
    """
    moving, share = moving_up(places)
    if share < _MOSTLY or _goes_along(places, moving):
        return otherwise
    return otherwise if _lies_at_zero(places, otherwise) and not _stands_at_zero(places, moving) else moving


def _goes_along(places: Places, axis: np.ndarray) -> bool:
    """Checks whether the person moves along an axis, as in swimming or crawling, which nobody does upwards."""
    along = anatomy.middle(places, "hip") @ axis
    return float(np.ptp(along)) > _TRAVEL * _leg(places)


def _walks(places: Places, axis: np.ndarray) -> bool:
    """Checks whether the person moves across an axis, further than a lying person rolls."""
    way = anatomy.middle(places, "hip")
    way = way - (way @ axis)[:, None] * axis
    return float(np.linalg.norm(np.ptp(way, axis=0))) > _TRAVEL * _leg(places)


def _stands_at_zero(places: Places, up: np.ndarray) -> bool:
    """Checks whether the lower foot is in most frames near the height of zero, where files have their floor."""
    return bool(_within(np.median(_lower_foot(places, up))))


def _at_zero(places: Places, up: np.ndarray) -> np.ndarray:
    """Returns whether the lower foot is near the height of zero, (T,)."""
    return _within(_lower_foot(places, up))


def _within(height: np.ndarray) -> np.ndarray:
    return (height > -_ON_FLOOR / 2) & (height < 2 * _ON_FLOOR)


def _lower_foot(places: Places, up: np.ndarray) -> np.ndarray:
    """Returns the height of the lower foot in leg lengths, (T,)."""
    feet = [places[f"{side}_{joint}"] @ up for side in anatomy.SIDES for joint in ("foot", "ankle")
            if f"{side}_{joint}" in places]  # fmt: skip
    return np.min(feet, axis=0) / _leg(places)


def _lies_at_zero(places: Places, up: np.ndarray) -> bool:
    """Checks whether the whole body is mostly slightly above the height of zero."""
    heights = np.stack([at @ up for at in places.values()]) / _leg(places)
    lowest, highest = np.median(heights.min(axis=0)), np.median(heights.max(axis=0))
    return bool(-_ON_FLOOR / 2 < lowest < _ON_FLOOR * 2 and highest < 1.0)


def _leg(places: Places) -> float:
    return max(float(np.median(anatomy.leg_length(places))), 1e-9)
