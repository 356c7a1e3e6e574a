"""Keeps in a scene what a photo's film was made from, so that another motion needs no new fit."""

from __future__ import annotations

import json
from dataclasses import dataclass

import bpy
import numpy as np

from ...core.errors import UserError
from ...core.json_text import parsed_json
from ...photo.terms import Camera, Fit
from ..pictures import image_pixels

_NOTE, _ARMATURE, _CAMERA, _PICTURE = (f"motionclip_photo{part}" for part in ("", "_armature", "_camera", "_picture"))


@dataclass(frozen=True, eq=False)
class PhotoScene:
    """The parts of a photo's scene that a motion moves.

    fit: the person, with the camera at the film's size. photos, person: what it was made from.
    """

    scene: bpy.types.Scene
    armature: bpy.types.Object
    camera: bpy.types.Object
    picture: bpy.types.Image
    fit: Fit
    photos: tuple[str, ...]
    person: int

    def keep(self) -> None:
        """Notes it in the scene."""
        scene, camera = self.scene, self.fit.camera
        scene[_ARMATURE], scene[_CAMERA], scene[_PICTURE] = self.armature, self.camera, self.picture
        scene[_NOTE] = json.dumps({
            "photos": self.photos, "person": self.person, "betas": np.asarray(self.fit.betas).tolist(),
            "pose": np.asarray(self.fit.pose).tolist(), "translation": np.asarray(self.fit.translation).tolist(),
            "score": self.fit.score, "size": [camera.width, camera.height], "focal": camera.focal,
            "rotation": np.asarray(camera.rotation).tolist(), "position": np.asarray(camera.position).tolist(),
        })  # fmt: skip

    @property
    def background(self) -> np.ndarray:
        """(H, W, 3) uint8: the photo without the person."""
        return image_pixels(self.picture)


def is_photo_scene(scene: bpy.types.Scene) -> bool:
    """Tells whether a scene was made from a photo. Fast enough for a panel."""
    return _NOTE in scene


def photo_scene(scene: bpy.types.Scene) -> PhotoScene | None:
    """Returns what a scene keeps; None for any other scene.

    Raises `UserError` if the person, the camera or the picture was deleted, or the note changed.
    """
    if _NOTE not in scene:
        return None
    armature, camera, picture = (scene.get(key) for key in (_ARMATURE, _CAMERA, _PICTURE))
    try:
        told = parsed_json(str(scene[_NOTE]))
        width, height = map(int, told["size"])
        view = Camera(width, height, float(told["focal"]), np.array(told["rotation"], float).reshape(3, 3),
                      np.array(told["position"], float).reshape(3))  # fmt: skip
        pose, place = np.array(told["pose"], float).reshape(55, 3), np.array(told["translation"], float).reshape(3)
        fit = Fit(np.array(told["betas"], float).ravel(), pose, place, view, float(told["score"]))
        photos, person = tuple(map(str, told["photos"])), int(told["person"])
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f'The scene "{scene.name}" no longer says how it was made; animate the photo anew.') from error
    gone = [one for one in (armature, camera) if one is None or one.name not in scene.objects]
    if gone or picture is None:
        raise UserError(f'Person, camera or picture of the scene "{scene.name}" was deleted; animate the photo anew.')
    return PhotoScene(scene, armature, camera, picture, fit, photos, person)
