"""Where a new body stands: clear of what is there, near the 3D cursor, in sight of who looks."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("bpy")

import bpy

from motionclip_blender.core.motion import Motion
from motionclip_blender.rig.newcomer import for_motion, room_of, stand_free
from motionclip_blender.rig.placing import HEIGHT, REACH, Surroundings, free_place

DOWN = (0.0, 0.0, 0.0)


def place(near=DOWN, way=None, eye=None) -> np.ndarray:
    """Where somebody would stand in the scene as it is."""
    bpy.context.view_layer.update()
    around = Surroundings.of(bpy.context.evaluated_depsgraph_get(), near[2])
    return np.array(free_place(near, around, way, eye))


def cube(size=2.0, at=DOWN, scale=(1, 1, 1)):
    bpy.ops.mesh.primitive_cube_add(size=size, location=at, scale=scale)
    return bpy.context.object


def gap(box_low, box_high, spot) -> float:
    """Metres on the floor from a place to a box."""
    away = np.maximum(np.maximum(np.array(box_low) - spot[:2], spot[:2] - np.array(box_high)), 0)
    return float(np.linalg.norm(away))


def test_in_an_empty_scene_it_is_the_cursor(scene) -> None:
    assert place((3.0, -2.0, 1.5)).tolist() == [3.0, -2.0, 1.5]


def test_beside_the_default_cube(scene) -> None:
    cube()
    spot = place()
    assert REACH <= gap((-1, -1), (1, 1), spot) < REACH + 0.5
    assert spot[2] == 0


@pytest.mark.parametrize("low", [-0.05, -1.0, -50.0])
def test_a_floor_is_to_stand_on(scene, low: float) -> None:
    bpy.ops.mesh.primitive_plane_add(size=40)
    cube(1.0, (0, 0, low / 2), (4, 4, -low))  # a stage under the feet
    assert place().tolist() == [0, 0, 0]


def test_what_hangs_above_is_in_nobodys_way(scene) -> None:
    cube(1.0, (0, 0, HEIGHT + 0.6))
    assert place().tolist() == [0, 0, 0]


def test_cameras_lights_and_empties_take_no_room(scene) -> None:
    for add in (bpy.ops.object.camera_add, bpy.ops.object.light_add, bpy.ops.object.empty_add):
        add(location=(0, 0, 1))
    assert place().tolist() == [0, 0, 0]


def test_what_is_hidden_is_in_nobodys_way(scene) -> None:
    cube().hide_set(True)
    assert place().tolist() == [0, 0, 0]


def test_among_many_things(scene) -> None:
    rng = np.random.default_rng(4)
    corners = []
    for x, y in rng.uniform(-5, 5, (25, 2)):
        cube(0.8, (x, y, 0.4))
        corners.append((x, y))
    spot = place()
    assert all(gap((x - 0.4, y - 0.4), (x + 0.4, y + 0.4), spot) >= REACH - 1e-3 for x, y in corners)


def test_turned_and_scaled_things_count_as_they_lie(scene) -> None:
    thing = cube(1.0, (0, 0, 1), (0.2, 4.0, 2.0))
    thing.rotation_euler.z = np.pi / 2
    spot = place()
    assert gap((-2, -0.1), (2, 0.1), spot) >= REACH - 1e-3


def test_the_way_is_free_as_well(scene) -> None:
    cube(1.0, (0, -2.0, 0.5))  # where the person faces
    ahead = np.column_stack((np.zeros(60), np.linspace(0, -4, 60)))
    assert place().tolist() == [0, 0, 0]
    spot = place(way=ahead)
    assert all(gap((-0.5, -2.5), (0.5, -1.5), spot[:2] + step) >= REACH - 1e-3 for step in ahead)


@pytest.mark.parametrize("eye", [(15, -13, 9), (0, -20, 2), (-14, 3, 6), (0, 18, 3)])
def test_not_behind_something(scene, eye) -> None:
    cube(3.0, (0, 0, 1.5))
    spot = place(eye=eye)
    around = Surroundings.of(bpy.context.evaluated_depsgraph_get(), 0.0)
    assert not around.hides(spot, np.array(eye, float))
    assert gap((-1.5, -1.5), (1.5, 1.5), spot) >= REACH


@pytest.mark.parametrize("eye", [(15, -13, 9), (0, -20, 2), (-14, 3, 6)])
def test_nor_before_something_if_there_is_room_beside_it(scene, eye) -> None:
    cube(2.0)
    spot, eye = place(eye=eye), np.array(eye, float)
    around = Surroundings.of(bpy.context.evaluated_depsgraph_get(), 0.0)
    assert not around.hides(spot, eye, 10.0)
    assert np.linalg.norm(spot) < 4.0


def test_in_a_room_one_stands_in_the_room(scene) -> None:
    cube(1.0, (0, 0, 2), (12, 12, 4))
    assert place(eye=(4, -4, 2)).tolist() == [0, 0, 0]
    spot = place((5.6, 0.0, 0.0), eye=(0, -4, 2))  # by the wall
    assert abs(spot[0]) <= 6 - REACH + 0.01


def test_outside_a_large_block_when_one_looks_from_outside(scene) -> None:
    cube(6.0, (0, 0, 3))
    spot = place(eye=(25, -22, 15))
    assert gap((-3, -3), (3, 3), spot) > 0


def test_nowhere_to_stand_is_the_cursor(scene) -> None:
    for x in np.arange(-14, 15, 2.0):
        for y in np.arange(-14, 15, 2.0):
            cube(1.9, (x, y, 1))
    assert place().tolist() == [0, 0, 0]


def standing(frames: int = 10) -> Motion:
    return Motion(np.tile([1.0, 0, 0, 0], (frames, 55, 1)), np.zeros((frames, 3)), 30)


def test_the_body_is_what_is_active_and_the_room_it_takes_is_known(scene, small_body) -> None:
    cube()
    motion = standing()
    armature = stand_free(bpy.context, small_body, motion)
    assert bpy.context.active_object == armature and bpy.context.selected_objects == [armature]
    low, high = room_of(armature, motion)
    assert low.z == armature.location.z and high.z == pytest.approx(HEIGHT)
    assert (low + high).xy / 2 == armature.location.xy


def test_the_body_is_seen_though_the_active_collection_is_hidden(scene, small_body) -> None:
    hidden = bpy.data.collections.new("hidden")
    scene.collection.children.link(hidden)
    layer = bpy.context.view_layer.layer_collection.children["hidden"]
    bpy.context.view_layer.active_layer_collection = layer
    layer.hide_viewport = True
    armature = stand_free(bpy.context, small_body)
    assert armature.visible_get() and armature.children[0].visible_get()
    assert bpy.context.active_object == armature


def test_a_failure_leaves_nothing_behind(scene, small_body) -> None:
    thing = cube()
    counts = [len(getattr(bpy.data, name)) for name in ("objects", "meshes", "armatures", "materials", "shape_keys")]
    with pytest.raises(ZeroDivisionError), for_motion(bpy.context, small_body, standing()) as armature:
        assert armature.name in bpy.data.objects
        raise ZeroDivisionError
    assert counts == [
        len(getattr(bpy.data, name)) for name in ("objects", "meshes", "armatures", "materials", "shape_keys")
    ]
    assert bpy.context.active_object == thing and bpy.context.selected_objects == [thing]


def test_a_failure_goes_back_to_the_mode(scene, small_body) -> None:
    cube()
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(ZeroDivisionError), for_motion(bpy.context, small_body, standing()):
        raise ZeroDivisionError
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")


def test_the_reach_is_that_of_the_body(open_body) -> None:
    size = open_body.template.max(axis=0) - open_body.template.min(axis=0)
    assert size[0] / 2 < REACH and size[1] < HEIGHT
