"""Builds and renders the scene of the frames: one body posed by its vertices, a camera, light, a floor, a background.

Runs inside Blender, in a process without a file of the user's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

from motionclip_blender.core.body import Body
from motionclip_blender.core.motion import Motion
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_surface, set_surface
from motionclip_blender.rig.bones import BLENDER_AXES
from motionclip_blender.rig.materials import plain_material
from motionclip_blender.rig.renderer import use_cycles, use_eevee, use_workbench
from motionclip_blender.rig.stage import View, add_background, facing_of, set_background, set_shadow_direction

from .looks import Look, zones_of
from .projection import SENSOR, Pinhole
from .settings import FORMATS, Settings

_FLOOR_SIZE = 60.0  # metres; its far edge is the horizon
_AXES = BLENDER_AXES.T.astype(np.float32)
_DIGITS = 4  # decimals in the JSON: tenths of millimetres, ten-thousandths of pixels
_USE = {"workbench": use_workbench, "cycles": use_cycles, "eevee": use_eevee}


@dataclass(frozen=True, eq=False)
class Shot:
    """The data of one picture.

    vertices: (V, 3), in SMPL-X's axes. joints: (55, 3), and place: (3,) of the camera, in Blender's axes. Metres.
    """

    look: Look
    vertices: np.ndarray
    joints: np.ndarray
    view: View
    place: np.ndarray


class Studio:
    """Renders frames of `body`, one after the other, with `settings`.

    `Body.posed_vertices` computes the vertices; there is no armature. So every frame can have its own shape with the
    joints that belong to it, a licensed body keeps its pose correctives, and the camera is fitted to every vertex.
    """

    def __init__(self, body: Body, settings: Settings) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._body = body
        self._mean_leg = _leg(body.joints())
        self._size = settings.size
        scene = self._scene = bpy.context.scene
        self._mesh = add_surface(body)
        self._own_colours = [tuple(slot.diffuse_color[:3]) for slot in self._mesh.data.materials]
        self._floor = _add_floor(scene)
        self._sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
        self._sun.data.angle = np.radians(10)
        self._camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
        self._camera.data.sensor_fit = "VERTICAL"
        self._camera.data.sensor_height = SENSOR
        for added in (self._sun, self._camera):
            scene.collection.objects.link(added)
        scene.camera = self._camera
        scene.world = add_background((1, 1, 1), 1.0)
        self._surroundings: tuple | None = None
        self._set_output(settings)
        _USE[settings.engine](scene, settings.samples)

    def _set_output(self, settings: Settings) -> None:
        scene, render = self._scene, self._scene.render
        render.resolution_x = render.resolution_y = settings.size
        render.resolution_percentage = 100
        render.use_compositing = render.use_sequencer = False
        for name in dir(render):
            if name.startswith("use_stamp"):  # dates and times would make the files differ from run to run
                setattr(render, name, False)
        image = render.image_settings
        image.file_format = FORMATS[settings.image_format].blender
        image.color_mode = "RGB"
        render.dither_intensity = 0.0  # dithering noise would triple the file size
        image.compression = 15
        image.quality = 92
        scene.view_settings.view_transform = "Standard"  # renders the colours as chosen
        if settings.threads:
            render.threads_mode, render.threads = "FIXED", settings.threads
        shading = scene.display.shading
        shading.light = "STUDIO"
        shading.color_type = "MATERIAL"
        shading.show_specular_highlight = False
        shading.show_object_outline = False
        shading.show_backface_culling = True  # the meshes are closed; saves a sixth of the time
        shading.show_cavity = True
        shading.cavity_type = "SCREEN"  # makes creases of clothes, and arms in front of the trunk, visible
        shading.curvature_ridge_factor, shading.curvature_valley_factor = 0.3, 0.7

    def prepare(self, frame: dict, rotations: np.ndarray, translation: np.ndarray) -> Shot:
        """Poses the body for a frame of a `Unit` and places the camera, without changing the scene.

        rotations: (55, 4), translation: (3,).
        """
        look = Look(**frame["look"])
        posed, joints = self._pose(look, Motion(rotations[None], translation[None]), frame["floor"])
        vertices, joints = posed @ _AXES, joints @ _AXES
        view = View.of(
            facing_of(joints[INDEX["left_hip"]], joints[INDEX["right_hip"]]),
            aspect=1.0,
            side=np.radians(look.azimuth),
            above=np.radians(look.elevation),
            field_of_view=2 * np.arctan(SENSOR / 2 / look.focal_length),
            margin=look.margin,
        )
        centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        return Shot(look, posed, joints, view, view.camera_path(view.reach(vertices)[None], centre[None], 0.0)[0])

    def render(self, shots: Iterable[Shot], count: int, folder: Path, done: Callable[[dict, bytes], None]) -> None:
        """Renders `count` pictures into `folder`, passes each to `done` and deletes its file.

        The pictures are frames of one animation, which saves a tenth of the time of each (in Cycles, a third); a
        handler changes the scene when the frame changes. `done` gets a dict for the frame's JSON, and the image. The
        dict holds camera: `Pinhole` matrices, joints_2d: (55, 2) pixels, and joints_3d: (55, 3) metres in Blender's
        axes, with the origin on the floor below the pelvis.
        """
        scene, coming = self._scene, iter(shots)
        number, shot = 0, None  # the current frame
        failures: list[BaseException] = []

        def change(*_: object) -> None:
            nonlocal number, shot
            # at the end of an animation Blender returns to the frame it began at, which is no new one
            if scene.frame_current == number + 1 <= scene.frame_end and not failures:
                with _kept(failures):
                    number, shot = number + 1, next(coming)
                    self._show(shot)

        def written(*_: object) -> None:
            if not failures:
                with _kept(failures):
                    path = Path(scene.render.frame_path(frame=scene.frame_current))
                    image = path.read_bytes()
                    path.unlink()
                    done(self._tell(shot), image)

        scene.render.filepath = str(folder / "frame")
        scene.frame_start, scene.frame_end = 1, count
        handlers = bpy.app.handlers
        with _handling(handlers.frame_change_pre, change), _handling(handlers.render_write, written):
            bpy.ops.render.render(animation=True)
        if failures:  # an animation cannot be stopped; pictures after the failure are dropped
            raise failures[0]

    def _show(self, shot: Shot) -> None:
        look, view = shot.look, shot.view
        set_surface(self._mesh, shot.vertices)
        self._camera.data.lens = look.focal_length
        self._camera.matrix_world = Matrix.Translation(shot.place) @ Matrix(view.axes.T).to_4x4()
        self._dress(look, view)

    def _tell(self, shot: Shot) -> dict:
        pinhole = Pinhole.of(shot.place, shot.view.axes, shot.look.focal_length, self._size)
        pixels = pinhole.project(shot.joints)
        return {
            "camera": {
                "intrinsics": pinhole.intrinsics.round(_DIGITS).tolist(),
                "extrinsics": pinhole.extrinsics.round(2 + _DIGITS).tolist(),
            },
            "joints_2d": pixels.round(_DIGITS).tolist(),
            "joints_3d": shot.joints.round(_DIGITS).tolist(),
        }

    def _pose(self, look: Look, motion: Motion, floor: float) -> tuple[np.ndarray, np.ndarray]:
        """Returns vertices (V, 3) and joints (55, 3) in SMPL-X's axes: the pelvis above the origin, the floor at height
        0.

        A body of another shape keeps the mean body's distance from the floor, measured in leg lengths.
        """
        body, shape = self._body, np.array(look.shape, np.float32)
        lowest = float(body.posed_vertices(motion, None, body.contacts)[0, :, 1].min())
        vertices, joints = body.posed_vertices(motion, shape)[0], body.posed_joints(motion, shape)[0]
        above = (lowest - floor) * _leg(body.joints(shape)) / self._mean_leg
        shift = np.array([-joints[0, 0], above - vertices[body.contacts, 1].min(), -joints[0, 2]], np.float32)
        return vertices + shift, joints + shift

    def _dress(self, look: Look, view: View) -> None:
        """Sets colours, light, floor and background."""
        scene, shading = self._scene, self._scene.display.shading
        for slot, zone, own in zip(self._mesh.data.materials, zones_of(self._body), self._own_colours, strict=True):
            _paint(slot, look.colours.get(zone, own))
        _paint(self._floor.data.materials[0], look.floor_colour)
        towards = _towards_light(view, look)
        set_shadow_direction(scene, towards)
        surroundings = (look.background, look.sky, look.exposure, look.studio, look.floor, look.shadow)
        # Blender rebuilds what is assigned, which takes a fifth of the time in Cycles
        if surroundings != self._surroundings:
            self._surroundings = surroundings
            self._floor.hide_render = not look.floor
            set_background(scene.world, look.background, look.sky)
            scene.view_settings.exposure = look.exposure
            shading.studio_light = look.studio
            shading.show_shadows = look.floor and look.shadow > 0
            shading.shadow_intensity = look.shadow
        if self._scene.render.engine == "BLENDER_WORKBENCH":  # it ignores the sun
            return
        self._sun.data.energy = look.light_strength
        self._sun.rotation_euler = Vector(towards).to_track_quat("Z", "Y").to_euler()


@contextmanager
def _handling(handlers: list, handler: Callable) -> Iterator[None]:
    handlers.append(handler)
    try:
        yield
    finally:
        handlers.remove(handler)


@contextmanager
def _kept(failures: list[BaseException]) -> Iterator[None]:
    """Collects exceptions: Blender would print those of a handler and continue."""
    try:
        yield
    except BaseException as error:
        failures.append(error)


def _leg(joints: np.ndarray) -> float:
    """Returns the distance from hip to ankle at rest, in metres."""
    return float(np.linalg.norm(joints[INDEX["left_hip"]] - joints[INDEX["left_ankle"]]))


def _add_floor(scene: bpy.types.Scene) -> bpy.types.Object:
    mesh = bpy.data.meshes.new("Floor")
    half = _FLOOR_SIZE / 2
    mesh.from_pydata([(-half, -half, 0), (half, -half, 0), (half, half, 0), (-half, half, 0)], [], [(0, 1, 2, 3)])
    mesh.materials.append(plain_material("Floor", (1, 1, 1)))
    floor = bpy.data.objects.new("Floor", mesh)
    floor.display.show_shadows = False  # it receives shadows; casting them would speckle it
    scene.collection.objects.link(floor)
    return floor


def _paint(material: bpy.types.Material, colour: tuple[float, float, float]) -> None:
    """Sets the colour of a plain material, if it changes."""
    if tuple(material.diffuse_color[:3]) == tuple(np.float32(colour).tolist()):
        return
    material.diffuse_color = (*colour, 1.0)
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*colour, 1.0)


def _towards_light(view: View, look: Look) -> np.ndarray:
    """Returns the direction (3,) towards the light, turned about the vertical from the camera's direction."""
    back = view.axes[2]
    turn = np.arctan2(back[1], back[0]) + np.radians(look.light_azimuth)
    height = np.radians(look.light_elevation)
    return np.array([np.cos(turn) * np.cos(height), np.sin(turn) * np.cos(height), np.sin(height)])
