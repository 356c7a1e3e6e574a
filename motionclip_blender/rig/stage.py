"""Sets up a stage for a motion: a floor, light, and a camera that follows the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

from ..core.errors import UserError
from .materials import plain_material, with_nodes
from .target import target_of

_SIDE = np.radians(32)  # angle from straight ahead to the camera, towards the person's left
_ABOVE = np.radians(11)  # angle by which the camera looks down
_FIELD_OF_VIEW = np.radians(30)  # vertical; a long lens keeps proportions natural
_MARGIN = 0.08  # free space around the person, as a part of the picture's half size

_TILE = 0.5  # metres, so that a stride can be measured on the floor
_FADE = (1.5, 6.0)  # metres from the path between which the floor fades into the background
_FADE_STEPS = 12
_TILES = (np.array((0.52, 0.53, 0.55)), np.array((0.74, 0.75, 0.77)))
_BACKGROUND = np.array((0.56, 0.57, 0.585))
_STUDIO_LIGHT = "paint.sl"
# The part of the colour of a floor, seen from `_ABOVE`, that this light leaves. The floor's far end has the colour that
# becomes the background's, so that no edge shows.
_LIT_FLOOR = 0.60
# In Cycles and EEVEE the world lights the scene with this part of its brightness, and the sun provides the rest.
_SKY_LIGHT = 0.35
_SUN = 1.6


def meshes_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """Returns the objects that `armature` deforms and that are rendered."""
    return [
        obj
        for obj in bpy.data.objects
        if obj.type == "MESH"
        and not obj.hide_render
        and any(modifier.type == "ARMATURE" and modifier.object == armature for modifier in obj.modifiers)
    ]


@dataclass(frozen=True, eq=False)
class View:
    """The direction in which a camera looks, and the part of its picture in which the person may appear.

    axes: (3, 3) rows right, up, back (towards the camera), in the world.
    slopes: (4,) right, left, top, bottom: tangents of the angles from the camera's axis to the edges of this part.
    """

    axes: np.ndarray
    slopes: np.ndarray

    @classmethod
    def of(
        cls,
        facing: np.ndarray,
        aspect: float,
        title: float = 0.0,
        side: float = _SIDE,
        above: float = _ABOVE,
        field_of_view: float = _FIELD_OF_VIEW,
        margin: float = _MARGIN,
    ) -> View:
        """Makes a view of a person who faces `facing`, by default in three-quarter front.

        aspect: width / height.
        title: the part of the picture's height to keep free at the top.
        side: the angle from straight ahead to the camera, towards the person's left.
        above: the angle by which the camera looks down, less than a right angle.
        field_of_view: the vertical angle of view. All angles are in radians.
        margin: free space, as a part of the picture's half size.
        """
        angle = np.arctan2(facing[1], facing[0]) + side
        back = np.array([np.cos(angle) * np.cos(above), np.sin(angle) * np.cos(above), np.sin(above)])
        right = np.cross((0.0, 0.0, 1.0), back)
        right /= np.linalg.norm(right)
        half = np.tan(field_of_view / 2)
        free = half * (1 - margin)
        return cls(
            np.stack((right, np.cross(back, right), back)),
            np.array([free * aspect, free * aspect, free - 2 * half * title, free]),
        )

    def reach(self, points: np.ndarray) -> np.ndarray:
        """Returns (4,) how far `points` (n, 3) reach past the right, left, top and bottom plane of the free picture.

        For a plane whose outward direction is s times an axis, a camera at c (in the view's axes) shows all points
        exactly if reach <= s c_axis + slope c_back. So four numbers stand for all the points, before the camera's
        position is known.
        """
        right, up, back = self.axes @ points.T
        sides = zip((right, -right, up, -up), self.slopes, strict=True)
        return np.array([np.max(outward + slope * back) for outward, slope in sides])

    def camera_path(self, reaches: np.ndarray, centres: np.ndarray, smoothing: float) -> np.ndarray:
        """Returns (T, 3) camera positions, one per frame, that keep the whole person in the free picture.

        reaches: (T, 4), `reach` of every frame.
        centres: (T, 3), the points to follow.
        smoothing: standard deviation of the smoothing of the path, in frames; 0 for separate pictures.

        The camera follows sideways but hardly up and down, so that a jump is visible as a jump. Its distance to the
        followed point is constant: the smallest that cuts nothing off.
        """
        followed = _smooth(centres, smoothing)
        followed[:, 2] = _smooth(centres[:, 2:], 4 * smoothing)[:, 0] if smoothing else centres[:, 2].mean()
        along = followed @ self.axes.T
        across, _, top, bottom = self.slopes
        # the middle of the free picture lies this far above the camera's axis, per unit of distance
        middle, half = (top - bottom) / 2, (top + bottom) / 2
        # the distance that each of the four sides requires
        sideways, height, depth = along.T
        needed = np.max(
            [
                (reaches[:, 0] - sideways) / across - depth,
                (reaches[:, 1] + sideways) / across - depth,
                (reaches[:, 2] - height - top * depth) / half,
                (reaches[:, 3] + height - bottom * depth) / half,
            ],
            axis=1,
        )
        # of two opposite sides, the camera shifts towards the one that requires more distance
        distance = max(needed[0] + needed[1], needed[2] + needed[3]) / 2
        shift = (across * (needed[0] - needed[1]) / 2, half * (needed[2] - needed[3]) / 2 - distance * middle, distance)
        return (along + shift) @ self.axes


def _smooth(values: np.ndarray, sigma: float) -> np.ndarray:
    """Smooths values (T, n) with a Gaussian of `sigma` frames.

    Both ends are extended by their point reflection, so that a person who walks evenly is followed evenly.
    """
    reach = min(round(3 * sigma), len(values) - 1)
    if reach < 1:
        return values.copy()
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    head = 2 * values[0] - values[reach:0:-1]
    tail = 2 * values[-1] - values[-2 : -reach - 2 : -1]
    padded = np.concatenate((head, values, tail))
    return np.stack([np.convolve(column, kernel / kernel.sum(), "valid") for column in padded.T], axis=1)


@dataclass(frozen=True, eq=False)
class Sight:
    """A moving person as seen in a scene, frame by frame.

    frames: the scene's frames.
    centres: (T, 3) middle of the bounding box.
    reaches: (T, 4), see `View.reach`.
    floor: height of the floor.
    """

    frames: Sequence[int]
    view: View
    centres: np.ndarray
    reaches: np.ndarray
    floor: float


def look(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: Sequence[int], aspect: float, title: float = 0.0
) -> Sight:
    """Plays `frames` of `scene` and measures where the person is. Raises `UserError` if there is nothing to see."""
    meshes = [mesh for mesh in meshes_of(armature) if mesh.name in scene.objects]
    view, centres, reaches, lowest = None, [], [], []
    for frame in frames:
        scene.frame_set(frame)
        depsgraph = scene.view_layers[0].depsgraph
        if view is None:
            view = View.of(_facing(armature.evaluated_get(depsgraph)), aspect, title)
        points = np.concatenate([_vertices(mesh.evaluated_get(depsgraph)) for mesh in meshes] or [np.empty((0, 3))])
        if not len(points):
            raise UserError(f'"{armature.name}" has no mesh that could be shown; make a person with "Add body".')
        low, high = points.min(axis=0), points.max(axis=0)
        centres.append((low + high) / 2)
        lowest.append(low[2])
        reaches.append(view.reach(points))
    assert view is not None  # there is a frame at least
    ground = float(armature.matrix_world.translation.z)
    # motions stand on the armature's own ground; any other person gets a floor at the lowest point
    floor = ground if abs(np.percentile(lowest, 5) - ground) < 0.1 else float(np.min(lowest))
    return Sight(frames, view, np.array(centres), np.array(reaches), floor)


def _vertices(mesh: bpy.types.Object) -> np.ndarray:
    """Returns (V, 3) vertices of an evaluated object, in the world."""
    flat = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.vertices.foreach_get("co", flat)
    world = np.array(mesh.matrix_world)
    return flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def _facing(armature: bpy.types.Object) -> np.ndarray:
    """Returns (3,) the horizontal direction in which an evaluated armature's person faces."""
    hip = target_of(armature).hip
    hips = [armature.matrix_world @ armature.pose.bones[hip(side)].head for side in ("left", "right")]
    return facing_of(np.array(hips[0]), np.array(hips[1]))


def facing_of(left_hip: np.ndarray, right_hip: np.ndarray) -> np.ndarray:
    """Returns (3,) the horizontal direction in which a person with these hips (3,) faces, in Blender's axes.

    It is perpendicular to the line from hip to hip.
    """
    facing = np.cross(left_hip - right_hip, (0.0, 0.0, 1.0))
    length = np.linalg.norm(facing)
    # with one hip above the other, a person who lies on a side has no such direction; any will do
    return facing / length if length > 0.02 else np.array([0.0, -1.0, 0.0])


# --- objects around the person


def furnish(scene: bpy.types.Scene, sight: Sight, smoothing: float, name: str) -> bpy.types.Object:
    """Adds a floor, light and a keyed camera to `scene` and sets how it is rendered. Returns the camera."""
    collection = bpy.data.collections.new(name)
    scene.collection.children.link(collection)
    collection.objects.link(_floor(sight))
    collection.objects.link(_sun(sight.view))
    camera = _camera(sight)
    collection.objects.link(camera)
    path = sight.view.camera_path(sight.reaches, sight.centres, smoothing)
    for frame, place in zip(sight.frames, path, strict=True):
        camera.location = place
        camera.keyframe_insert("location", frame=frame)
    scene.camera = camera
    _set_look(scene, sight.view)
    return camera


def _camera(sight: Sight) -> bpy.types.Object:
    data = bpy.data.cameras.new("Camera")
    data.sensor_fit = "VERTICAL"
    data.angle = _FIELD_OF_VIEW
    camera = bpy.data.objects.new("Camera", data)
    camera.rotation_euler = Matrix(sight.view.axes.T).to_euler()
    return camera


def _floor(sight: Sight) -> bpy.types.Object:
    """Makes a checkered floor around the person's path that fades into the background."""
    path = sight.centres[:: max(1, len(sight.centres) // 100), :2]
    first = np.floor((path.min(axis=0) - _FADE[1]) / _TILE).astype(int)
    last = np.ceil((path.max(axis=0) + _FADE[1]) / _TILE).astype(int)
    columns, rows = last - first
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1))
    corners = np.stack((x.ravel(), y.ravel()), axis=1) + first
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    corner = j * (columns + 1) + i
    faces = np.stack((corner, corner + 1, corner + columns + 2, corner + columns + 1), axis=1)
    middles = (np.stack((i, j), axis=1) + first + 0.5) * _TILE
    away = np.full(len(middles), np.inf)
    for place in path:
        away = np.minimum(away, np.linalg.norm(middles - place, axis=1))
    near = away < _FADE[1]
    faces, away, dark = faces[near], away[near], ((i + j + first.sum()) % 2)[near]
    fade = np.clip((away - _FADE[0]) / (_FADE[1] - _FADE[0]), 0, 1)
    step = np.minimum((fade * _FADE_STEPS).astype(np.int32), _FADE_STEPS - 1)

    mesh = bpy.data.meshes.new("Floor")
    points = np.column_stack((corners * _TILE, np.full(len(corners), sight.floor)))
    mesh.from_pydata(points.tolist(), [], faces.tolist())
    for tile in _TILES:
        for k in range(_FADE_STEPS):
            t = k / (_FADE_STEPS - 1)
            mesh.materials.append(plain_material("Floor", (1 - t) * tile + t * _BACKGROUND / _LIT_FLOOR))
    mesh.polygons.foreach_set("material_index", (dark * _FADE_STEPS + step).astype(np.int32))
    mesh.update()
    floor = bpy.data.objects.new("Floor", mesh)
    floor.display.show_shadows = False  # in 4.2 its own shadows would speckle it
    return floor


def _towards_light(view: View) -> Vector:
    """Returns the direction of the light: above and to the camera's left, so that the shadow falls to the right."""
    return Vector(view.axes.T @ (-0.55, 0.75, 0.45)).normalized()


def _sun(view: View) -> bpy.types.Object:
    light = bpy.data.lights.new("Sun", "SUN")
    light.energy = _SUN
    light.angle = np.radians(15)  # gives the shadow a soft edge
    sun = bpy.data.objects.new("Sun", light)
    sun.rotation_euler = _towards_light(view).to_track_quat("Z", "Y").to_euler()
    return sun


def add_background(colour: Sequence[float] | np.ndarray, light: float) -> bpy.types.World:
    """Makes a world that appears in one colour (linear RGB) and lights the scene with that colour times `light`."""
    world = bpy.data.worlds.new("Background")
    nodes, links = with_nodes(world).nodes, with_nodes(world).links
    seen = nodes.new("ShaderNodeLightPath").outputs["Is Camera Ray"]
    strength = nodes.new("ShaderNodeMath")
    strength.operation = "MULTIPLY_ADD"
    links.new(seen, strength.inputs[0])
    links.new(strength.outputs[0], nodes["Background"].inputs["Strength"])
    set_background(world, colour, light)
    return world


def set_background(world: bpy.types.World, colour: Sequence[float] | np.ndarray, light: float) -> None:
    """Sets the colour and light of a world of `add_background`."""
    world.color = colour
    nodes = world.node_tree.nodes
    nodes["Background"].inputs["Color"].default_value = (*colour, 1.0)
    strength = next(node for node in nodes if node.type == "MATH")
    strength.inputs[1].default_value, strength.inputs[2].default_value = 1 - light, light


def _set_look(scene: bpy.types.Scene, view: View) -> None:
    scene.world = add_background(_BACKGROUND, _SKY_LIGHT)
    scene.view_settings.view_transform = "Standard"  # AgX would desaturate the colours
    scene.render.engine = "BLENDER_WORKBENCH"
    set_shadow_direction(scene, _towards_light(view))
    scene.display.render_aa = "FXAA"
    shading = scene.display.shading
    shading.light = "STUDIO"
    shading.studio_light = _STUDIO_LIGHT
    shading.color_type = "MATERIAL"
    shading.show_specular_highlight = False
    shading.show_shadows = True
    shading.shadow_intensity = 0.35
    shading.show_cavity = True
    shading.cavity_type = "SCREEN"  # creases only; ambient occlusion speckles on the far floor
    shading.curvature_ridge_factor, shading.curvature_valley_factor = 0.3, 0.7


def set_shadow_direction(scene: bpy.types.Scene, towards_light: Sequence[float]) -> None:
    """Sets the direction (3,) towards the light, in the world, that casts Workbench's shadows."""
    x, y, z = towards_light
    scene.display.light_direction = (x, z, -y)  # undoes the rotation that Workbench applies before use
