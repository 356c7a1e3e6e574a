"""The picture agrees with its JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np
import pytest
from PIL import Image

from motionclip_blender.core.body import Body
from motionclip_blender.core.skeleton import INDEX
from motionclip_blender.rig.armature import add_body
from motionclip_blender.rig.materials import plain_material
from motionclip_blender.rig.write_keys import key_motion
from render_pipeline.looks import Look, Looks
from render_pipeline.settings import Settings
from render_pipeline.studio import Studio

from .conftest import wild_motion


def frame(look: Look) -> dict:
    return {"look": look.as_json(), "floor": 0.0}


def take(studio: Studio, told: dict, rotations: np.ndarray, translation: np.ndarray, path: Path) -> dict:
    pictures = []
    shot = studio.prepare(told, rotations, translation)
    studio.render([shot], 1, path.parent, lambda *picture: pictures.append(picture))
    ((found, image),) = pictures
    path.write_bytes(image)
    bpy.context.scene.render.filepath = str(path)
    return found


def look(name: str, seed: int, **changes) -> Look:
    return replace(Looks.load(name).draw(np.random.default_rng(seed)), **changes)


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path)).astype(int)


@pytest.mark.parametrize("name", ["paper", "varied"])
def test_the_body_is_in_frame_whole(name: str, open_body: Body, tmp_path: Path):
    studio = Studio(open_body, Settings(size=96))
    path = tmp_path / "x.png"
    for seed in range(10):
        motion = wild_motion(seed, 4)
        drawn = look(name, seed, floor=False)
        for rotations, translation in zip(motion.rotations, motion.translation, strict=True):
            told = take(studio, frame(drawn), rotations, translation, path)
            picture = pixels(path)
            border = np.concatenate((picture[0], picture[-1], picture[:, 0], picture[:, -1]))
            assert np.ptp(border, axis=0).max() == 0, "something reaches the edge"
            seen = np.argwhere(np.abs(picture - border[0]).max(axis=2) > 8)
            free = drawn.margin * 48
            # it fills the height or the width that the margin leaves
            assert np.ptp(seen, axis=0).max() + 1 == pytest.approx(96 - 2 * free, abs=4)
            joints = np.array(told["joints_2d"])
            assert ((joints > 0) & (joints < 96)).all()


@pytest.mark.slow
def test_joints_agree_with_rendered_markers(open_body: Body, tmp_path: Path):
    size, path = 512, tmp_path / "x.png"
    studio = Studio(open_body, Settings(size=size, samples=8))
    marker = add_marker()
    bodies = [each for each in bpy.context.scene.objects if each.type == "MESH" and each != marker]
    worst = 0.0
    for seed in range(3):
        motion = wild_motion(seed, 1)
        marker.hide_render = True
        drawn = look("varied", seed, floor=False, background=(1.0, 1.0, 1.0), exposure=0.0)
        told = take(studio, frame(drawn), motion.rotations[0], motion.translation[0], path)
        shown = {each: each.hide_render for each in bodies}
        for each in bodies:
            each.hide_render = True
        marker.hide_render = False
        for name in ("pelvis", "head", "left_wrist", "right_wrist", "left_foot", "right_foot", "left_index3"):
            marker.location = told["joints_3d"][INDEX[name]]
            bpy.ops.render.render(write_still=True)
            dark = 255 - pixels(path).mean(axis=2)
            rows, columns = np.mgrid[:size, :size] + 0.5
            centre = np.array([(columns * dark).sum(), (rows * dark).sum()]) / dark.sum()
            worst = max(worst, np.abs(centre - told["joints_2d"][INDEX[name]]).max())
        for each, hidden in shown.items():
            each.hide_render = hidden
    assert worst < 0.3, "pixels"


def add_marker() -> bpy.types.Object:
    bpy.ops.mesh.primitive_uv_sphere_add(radius=0.015)
    marker = bpy.context.object
    marker.data.materials.append(plain_material("Marker", (0, 0, 0)))
    return marker


def test_camera_matrices_project_the_joints(open_body: Body, tmp_path: Path):
    studio, motion = Studio(open_body, Settings(size=64)), wild_motion(0, 1)
    told = take(studio, frame(look("varied", 5)), motion.rotations[0], motion.translation[0], tmp_path / "x.png")
    rotation_and_translation = np.array(told["camera"]["extrinsics"])
    points = np.column_stack((told["joints_3d"], np.ones(55)))
    seen = points @ rotation_and_translation.T @ np.array(told["camera"]["intrinsics"]).T
    assert np.abs(seen[:, :2] / seen[:, 2:] - told["joints_2d"]).max() < 0.05
    rotation = rotation_and_translation[:, :3]
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(rotation) == pytest.approx(1, abs=1e-5)
    # what lies before the camera, and the head's up
    assert (seen[:, 2] > 0).all()


def test_the_skin_is_where_blenders_armature_puts_it(open_body: Body, tmp_path: Path):
    motion, shape = wild_motion(3, 1), (1.0, -1.5, 0.5, 0.8, -0.3, 1.2, 0.4, -0.9, 0.7, 0.2)
    studio = Studio(open_body, Settings(size=32))
    drawn = look("paper", 0, shape=shape)
    told = take(studio, frame(drawn), motion.rotations[0], motion.translation[0], tmp_path / "x.png")
    ours = world_vertices(next(each for each in bpy.context.scene.objects if each.name.startswith("SMPL-X")))
    armature = add_body(open_body, np.array(shape))
    key_motion(armature, motion, "pose")
    bpy.context.scene.frame_set(1)
    bpy.context.view_layer.update()
    theirs = world_vertices(armature.children[0])
    pelvis = np.array(armature.evaluated_get(bpy.context.evaluated_depsgraph_get()).pose.bones["pelvis"].head)
    assert np.abs((ours - told["joints_3d"][0]) - (theirs - pelvis)).max() < 2e-4


def world_vertices(mesh: bpy.types.Object) -> np.ndarray:
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    flat = np.empty(3 * len(evaluated.data.vertices), np.float32)
    evaluated.data.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def test_every_shape_stands_on_the_floor(open_body: Body, tmp_path: Path):
    motion = wild_motion(1, 1)
    still = replace(motion, rotations=np.tile([1.0, 0, 0, 0], (1, 55, 1)))
    standing = open_body.on_floor(replace(still, translation=np.zeros((1, 3))))
    studio = Studio(open_body, Settings(size=32))
    for seed in range(4):
        drawn = look("varied", seed)
        take(studio, frame(drawn), standing.rotations[0], standing.translation[0], tmp_path / "x.png")
        mesh = next(each for each in bpy.context.scene.objects if each.name.startswith("SMPL-X"))
        assert abs(world_vertices(mesh)[:, 2].min()) < 0.004
        # in the air, as far above the floor as the legs are long
        drawn_high = {**frame(drawn), "floor": -0.5}
        take(studio, drawn_high, standing.rotations[0], standing.translation[0], tmp_path / "x.png")
        assert 0.35 < world_vertices(mesh)[:, 2].min() < 0.65


def test_zones_take_the_colours_that_were_drawn(open_body: Body, tmp_path: Path):
    studio, motion = Studio(open_body, Settings(size=64)), wild_motion(0, 1)
    green = {"shirt": (0.0, 1.0, 0.0)}
    plain = look("paper", 0)
    path = tmp_path / "x.png"

    def greenish(drawn: Look) -> int:
        take(studio, frame(drawn), motion.rotations[0], motion.translation[0], path)
        red, middle, blue = pixels(path).transpose(2, 0, 1)
        return int(((middle > red + 80) & (middle > blue + 80)).sum())

    assert greenish(replace(plain, colours=green)) > 20
    assert greenish(plain) == 0, "the body has its own colours back"


@pytest.mark.parametrize("engine", ["cycles", pytest.param("eevee", marks=pytest.mark.slow)])
def test_other_engines_show_the_same_person(engine: str, open_body: Body, tmp_path: Path):
    motion, silhouettes = wild_motion(2, 1), []
    drawn = look("paper", 0)
    for name in ("workbench", engine):
        studio = Studio(open_body, Settings(size=48, engine=name, samples=4))
        take(studio, frame(drawn), motion.rotations[0], motion.translation[0], tmp_path / "x.png")
        silhouettes.append(pixels(tmp_path / "x.png").min(axis=2) < 250)
    first, second = silhouettes
    assert (first & second).sum() / (first | second).sum() > 0.85


@pytest.mark.parametrize("engine", ["workbench", "cycles"])
def test_the_same_frame_gives_the_same_pixels(engine: str, open_body: Body, tmp_path: Path):
    motion, contents = wild_motion(2, 2), []
    for threads in (1, 2):
        studio = Studio(open_body, Settings(size=48, engine=engine, samples=2, threads=threads))
        for seed in (5, 6):  # something else comes before
            take(studio, frame(look("varied", seed)), motion.rotations[1], motion.translation[1], tmp_path / "x.png")
        contents.append(tmp_path / f"{threads}.png")
        (tmp_path / "x.png").rename(contents[-1])
    assert np.array_equal(pixels(contents[0]), pixels(contents[1]))
    if engine == "workbench":  # Cycles writes into the file how long it took
        assert contents[0].read_bytes() == contents[1].read_bytes()
