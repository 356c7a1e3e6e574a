"""A staged photo that is ready to be set in motion, with all that is known of it put in place of what is guessed."""

from __future__ import annotations

from motionclip_blender.core.body import Body
from motionclip_blender.photo.acting import opening
from motionclip_blender.photo.background import without_person
from motionclip_blender.photo.light import guess_light
from motionclip_blender.photo.prepare import Prepared
from tests.photo.staged import Staged, projected


def prepared(staged: Staged, body: Body) -> Prepared:
    shaped = body.shaped(staged.fit.betas)
    points = shaped.posed_vertices(opening(staged.fit, 30.0))[0].astype(float)
    ground = points.mean(axis=0) * (1, 0, 1)
    background = without_person(staged.picture, staged.mask, staged.fit.camera, ground)
    light = guess_light(staged.picture, staged.mask, staged.fit.camera, points, body.faces, background)
    dressed = projected(staged.picture, staged.fit, body)
    return Prepared(staged.picture, staged.mask, staged.fit, shaped, dressed, background, light, ())
