"""Twenty skeletons that are no humans, as data: name -> lines of (bone, parent, head, tail), in metres, Z up."""

# ruff: noqa: E501, RUF007
from __future__ import annotations

import numpy as np

from motionclip_blender.core.retarget.humanoid import RestSkeleton

Line = tuple[str, str, tuple[float, float, float], tuple[float, float, float]]


def chain(name: str, parent: str, *points: tuple[float, float, float]) -> list[Line]:
    """Bones name1, name2, ... from point to point."""
    found = []
    for i, (head, tail) in enumerate(zip(points, points[1:], strict=False), start=1):
        found.append((f"{name}{i}", parent, head, tail))
        parent = f"{name}{i}"
    return found


def both(name: str, parent: str, *points: tuple[float, float, float]) -> list[Line]:
    """A chain on the left, and its mirror image."""
    right = [(-x, y, z) for x, y, z in points]
    return [*chain(f"{name}.L", parent, *points), *chain(f"{name}.R", parent, *right)]


def four_legs(
    high: float, long: float, tail: bool, names: tuple[str, str, str] = ("spine", "front", "hind")
) -> list[Line]:
    spine, front, hind = names
    found = chain(spine, "", (0, long / 2, high), (0, 0, high), (0, -long / 2, high), (0, -long * 0.6, high * 1.2))
    found += chain("head", f"{spine}3", (0, -long * 0.6, high * 1.2), (0, -long * 0.75, high * 1.25))
    w = 0.18 * long
    found += both(
        front,
        f"{spine}3",
        (w, -long / 2, high),
        (w, -long / 2 + 0.05, high / 2),
        (w, -long / 2, 0.06),
        (w, -long / 2 - 0.08, 0),
    )
    found += both(
        hind,
        f"{spine}1",
        (w, long / 2, high),
        (w, long / 2 - 0.05, high / 2),
        (w, long / 2 + 0.05, 0.07),
        (w, long / 2 - 0.05, 0),
    )
    return found + (chain("tail", f"{spine}1", (0, long / 2, high), (0, long * 0.7, high * 0.9), (0, long * 0.9, high * 0.8)) if tail else [])  # fmt: skip


def rigify_names() -> list[Line]:
    """A dog with the names of Rigify's human."""
    found: list[Line] = []
    points = [(0, 0.4 - 0.15 * i, 0.6 + 0.02 * i) for i in range(8)]
    for i, (head, tail) in enumerate(zip(points, points[1:], strict=False)):
        found.append(
            ("spine" + (f".00{i}" if i else ""), f"spine.00{i - 1}".replace(".000", "") if i else "", head, tail)
        )
    for mark, sign in (("L", 1), ("R", -1)):
        for names, parent, y in ((("thigh", "shin", "foot", "toe"), "spine", 0.4), (("upper_arm", "forearm", "hand", "palm"), "spine.003", -0.1)):  # fmt: skip
            above = parent
            points = [(sign * 0.1, y, 0.6), (sign * 0.1, y - 0.05, 0.35), (sign * 0.1, y + 0.05, 0.1), (sign * 0.1, y, 0.03), (sign * 0.1, y - 0.08, 0)]  # fmt: skip
            for name, head, tail in zip(names, points, points[1:], strict=False):
                found.append((f"{name}.{mark}", above, head, tail))
                above = f"{name}.{mark}"
    return found


def fingers() -> list[Line]:
    found = [("forearm", "", (0, 0, 0), (0, -0.25, 0)), ("hand", "forearm", (0, -0.25, 0), (0, -0.33, 0))]
    for i, name in enumerate(("thumb", "index", "middle", "ring", "pinky")):
        x = 0.04 - 0.02 * i
        found += chain(name, "hand", *((x, -0.33 - 0.03 * n, 0) for n in range(4)))
    return found


def face() -> list[Line]:
    found = [("head", "", (0, 0, 0), (0, 0, 0.2)), ("jaw", "head", (0, -0.02, 0.03), (0, -0.1, 0))]
    for name, x, z in (
        ("eye", 0.03, 0.1),
        ("brow", 0.04, 0.13),
        ("ear", 0.08, 0.1),
        ("lip", 0.02, 0.04),
        ("cheek", 0.05, 0.06),
    ):
        found += both(name, "head", (x, -0.09, z), (x + 0.01, -0.1, z), (x + 0.02, -0.09, z))
    return found


def rays(count: int, arms: int, spread: float, drop: float, name: str = "leg") -> list[Line]:
    """A body with `count` pairs of limbs of `arms` bones to the sides."""
    found = chain("body", "", (0, 0.2, 0.3), (0, 0, 0.3), (0, -0.2, 0.3))
    for i in range(count):
        y = 0.2 - 0.4 * i / max(count - 1, 1)
        points = [(0.05 + spread * n, y, 0.3 + (0.1 if n == 1 else 0) - drop * n) for n in range(arms + 1)]
        found += both(f"{name}{i}", "body1", *points)
    return found


def grid(wide: int, high: int) -> list[Line]:
    found = [("root", "", (0, 0, 2), (0, 0, 2.1))]
    for i in range(wide):
        x = 0.2 * (i - (wide - 1) / 2)
        found += chain(f"strip{i}_", "root", *((x, 0, 2 - 0.2 * n) for n in range(high + 1)))
    return found


NO_HUMANS: dict[str, list[Line]] = {
    "dog": four_legs(0.6, 0.9, True),
    "horse": four_legs(1.4, 2.2, True, ("Spine_", "FrontLeg_", "HindLeg_")),
    "elephant": four_legs(2.2, 3.0, False, ("Back", "LeftArm", "LeftUpLeg")),
    "dog with Rigify's names": rigify_names(),
    "hand": fingers(),
    "face": face(),
    "spider": rays(4, 4, 0.15, 0.08),
    "crab": [*rays(3, 3, 0.12, 0.1), *both("claw", "body2", (0.1, -0.2, 0.3), (0.2, -0.35, 0.3), (0.15, -0.5, 0.3))],
    "centipede": rays(12, 2, 0.06, 0.12),
    "octopus": rays(4, 6, 0.1, 0.04, "tentacle"),
    "snake": chain("bone", "", *((0.05 * np.sin(n), 0.1 * n, 0.05) for n in range(20))),
    "fish": [*chain("spine", "", *((0, 0.2 * n, 0.5) for n in range(6))), *both("fin", "spine2", (0.05, 0.2, 0.5), (0.2, 0.25, 0.45), (0.3, 0.3, 0.4))],
    "chicken": [
        *chain("spine", "", (0, 0.1, 0.3), (0, -0.05, 0.35), (0, -0.1, 0.45)),
        *chain("head", "spine2", (0, -0.1, 0.45), (0, -0.15, 0.5)),
        *both("leg", "spine1", (0.05, 0.05, 0.3), (0.05, 0.0, 0.2), (0.05, 0.05, 0.05), (0.05, -0.03, 0)),
        *both("wing", "spine2", (0.05, -0.05, 0.36), (0.08, 0.0, 0.33)),
    ],
    "bird in flight": [
        *chain("spine", "", (0, 0.2, 1), (0, 0, 1), (0, -0.2, 1)), *chain("head", "spine2", (0, -0.2, 1), (0, -0.3, 1.02)),
        *both("wing", "spine2", (0.05, -0.1, 1), (0.4, -0.1, 1), (0.8, 0, 1), (1.1, 0.1, 1)), *chain("tail", "spine1", (0, 0.2, 1), (0, 0.4, 1)),
    ],
    "car": [("chassis", "", (0, 0, 0.3), (0, 1, 0.3)), *both("wheel", "chassis", (0.8, 1.2, 0.3), (0.9, 1.2, 0.3)),
            *both("rear_wheel", "chassis", (0.8, -1.2, 0.3), (0.9, -1.2, 0.3)), *both("door", "chassis", (0.8, 0.3, 0.6), (0.8, -0.4, 0.6))],
    "robot arm": [("base", "", (0, 0, 0), (0, 0, 0.3)), *chain("arm", "base", (0, 0, 0.3), (0, 0, 1), (0, -0.7, 1.2), (0, -1.2, 0.9)),
                  *both("gripper", "arm3", (0.05, -1.2, 0.9), (0.08, -1.3, 0.85), (0.03, -1.38, 0.85))],
    "excavator": [("body", "", (0, 0, 0.5), (0, 0.5, 0.5)), *both("track", "body", (0.8, 1, 0.2), (0.8, -1, 0.2)),
                  *chain("boom", "body", (0, -0.5, 1), (0, -2, 2.5), (0, -3.5, 1.5), (0, -3.6, 0.8))],
    "tree": [*chain("trunk", "", *((0, 0, 0.8 * n) for n in range(5))),
             *both("branch", "trunk2", (0.1, 0, 1.6), (0.8, 0, 2.2), (1.3, 0, 2.8)), *both("twig", "trunk3", (0.1, 0, 2.4), (0.5, 0, 2.9), (0.8, 0, 3.5)),
             *both("root", "trunk1", (0.1, 0, 0.2), (0.5, 0, 0), (0.9, 0, -0.1))],
    "curtain": grid(6, 8),
    "person without arms": [
        *chain("spine", "", (0, 0, 1), (0, 0, 1.2), (0, 0, 1.4)), *chain("head", "spine2", (0, 0, 1.4), (0, 0, 1.7)),
        *both("leg", "spine1", (0.1, 0, 0.95), (0.1, 0, 0.5), (0.1, 0, 0.08), (0.1, -0.15, 0)),
    ],
    "upper body": [
        *chain("spine", "", (0, 0, 1), (0, 0, 1.2), (0, 0, 1.4)), *chain("head", "spine2", (0, 0, 1.4), (0, 0, 1.7)),
        *both("arm", "spine2", (0.15, 0, 1.35), (0.45, 0, 1.35), (0.7, 0, 1.35), (0.85, 0, 1.35)),
    ],
    "one bone": [("Bone", "", (0, 0, 0), (0, 0, 1))],
}  # fmt: skip


def skeleton(lines: list[Line]) -> RestSkeleton:
    """The bones as plain data."""
    index = {line[0]: i for i, line in enumerate(lines)}
    rest = np.tile(np.eye(4), (len(lines), 1, 1))
    rest[:, :3, 3] = [line[2] for line in lines]
    parents = np.array([index[line[1]] if line[1] else -1 for line in lines])
    return RestSkeleton(
        tuple(index), parents, rest, np.array([line[3] for line in lines], float), np.ones(len(lines), bool)
    )
