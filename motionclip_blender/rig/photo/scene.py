"""Builds the scene of a photo's film, and puts motions into it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ...core.motion import Motion
from ...core.prompt import action_name
from ...photo.framing import Framing, widened
from ...photo.prepare import Prepared
from ...photo.terms import Camera
from ..bones import BLENDER_AXES
from ..stage import meshes_of
from ..timeline import scene_fps
from ..write_keys import key_motion
from .compositing import PERSON, SHADOW, background_of, compose, key_places, make_stepped
from .dressed_body import add_dressed, add_image, set_pixels
from .note import PhotoScene
from .shadow import add_shadow

SENSOR = 36.0  # millimetres


def build(
    scene: bpy.types.Scene, photo: Prepared, name: str, photos: Sequence[Path | str] = (), person: int = 0
) -> PhotoScene:
    """Fills an empty scene, which must be the context's, with person, shadow, camera and background.

    The scene is rendered by Workbench, with no light but the photo's own; EEVEE and Cycles show the same. name: of the
    person. photos, person: what it was made from, to be noted; 0 for the largest person.
    """
    camera, picture = photo.fit.camera, photo.background.picture
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = camera.width, camera.height, 100
    render.film_transparent = True
    render.engine = "BLENDER_WORKBENCH"
    scene.display.render_aa = "OFF"  # the compositor smooths the edges
    shading = scene.display.shading
    shading.light, shading.color_type = "FLAT", "TEXTURE"
    shading.show_shadows = shading.show_cavity = shading.show_object_outline = False
    scene.view_settings.view_transform = "Standard"
    scene.view_settings.look = "None"
    scene.view_settings.exposure, scene.view_settings.gamma = 0.0, 1.0
    scene.render.dither_intensity = 0.0
    people, shadows = (bpy.data.collections.new(each) for each in (PERSON, SHADOW))
    for collection in (people, shadows):
        scene.collection.children.link(collection)
    armature = add_dressed(photo.body, photo.dressed, name)
    (mesh,) = meshes_of(armature)
    for one in (armature, mesh):
        for collection in one.users_collection:
            collection.objects.unlink(one)
        people.objects.link(one)
    add_shadow(mesh, Vector(BLENDER_AXES @ photo.light.towards), shadows)
    lens = _camera(camera, name)
    scene.collection.objects.link(lens)
    scene.camera = lens
    _layers(scene, people, shadows)
    image = add_image(f"{name} background", picture)
    compose(scene, image, photo.light.darkness)
    _show_behind(lens, image)
    layer = scene.view_layers[PERSON]
    layer.objects.active = armature
    armature.select_set(True, view_layer=layer)
    armature.show_in_front = False
    armature.data.display_type = "STICK"
    kept = add_image(f"{name} without person", picture)
    kept.use_fake_user = True
    done = PhotoScene(scene, armature, lens, kept, photo.fit, tuple(map(str, photos)), person)
    done.keep()
    return done


def perform(found: PhotoScene, motion: Motion, framed: Framing, title: str, start: int = 1) -> bpy.types.Action:
    """Keys a motion of `acting.acted` on the person, moves camera and background, and sets the scene's range. Returns
    the Action.

    The background is made as wide as the camera goes. title: what the person does. Raises what `key_motion` raises.
    """
    scene, lens, camera = found.scene, found.camera, found.fit.camera
    action = key_motion(found.armature, motion, action_name(title), start, rate=scene_fps(scene))
    frames = range(start, start + len(motion))
    scene.frame_start, scene.frame_end = frames[0], frames[-1]
    wide, offsets = widened(found.background, framed.moved)
    set_pixels(background_of(scene), wide)
    places = [(x, -y) for x, y in offsets.tolist()]  # the compositor counts upwards
    key_places(scene, frames, places)
    lens.animation_data_clear()
    lens.data.animation_data_clear()
    home, along = Vector(BLENDER_AXES @ camera.position), Vector(BLENDER_AXES @ camera.rotation[0])
    lens.location, lens.data.shift_y = home, 0.0
    if framed.still:
        return action
    for frame, aside, (_, low) in zip(frames, framed.aside.tolist(), framed.moved.tolist(), strict=True):
        lens.location = home + aside * along
        lens.keyframe_insert("location", frame=frame)
        lens.data.shift_y = -low / camera.width
        lens.data.keyframe_insert("shift_y", frame=frame)
    for owner in (lens, lens.data):
        make_stepped(owner.animation_data.action, owner)
    return action


def _camera(camera: Camera, name: str) -> bpy.types.Object:
    data = bpy.data.cameras.new(f"{name} camera")
    data.sensor_fit, data.sensor_width = "HORIZONTAL", SENSOR
    data.lens = camera.focal / camera.width * SENSOR
    data.clip_start, data.clip_end = 0.05, 1000.0
    lens = bpy.data.objects.new(f"{name} camera", data)
    right, down, ahead = np.asarray(camera.rotation) @ BLENDER_AXES.T
    axes = np.stack((right, -down, -ahead), axis=1)
    lens.matrix_world = Matrix.LocRotScale(
        Vector(BLENDER_AXES @ camera.position), Matrix(axes.tolist()).to_quaternion(), None
    )
    return lens


def _layers(scene: bpy.types.Scene, people: bpy.types.Collection, shadows: bpy.types.Collection) -> None:
    """Renders person and shadow each by itself. The person's layer is the one that the window shows."""
    first = scene.view_layers[0]
    first.name = PERSON
    second = scene.view_layers.get(SHADOW) or scene.view_layers.new(SHADOW)
    first.layer_collection.children[shadows.name].exclude = True
    second.layer_collection.children[people.name].exclude = True


def _show_behind(lens: bpy.types.Object, image: bpy.types.Image) -> None:
    """Shows the background in the window, when one looks through the camera."""
    lens.data.show_background_images = True
    behind = lens.data.background_images.new()
    behind.image = image
    behind.alpha = 1.0
    behind.display_depth = "BACK"
    behind.frame_method = "CROP"
