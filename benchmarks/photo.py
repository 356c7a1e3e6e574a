"""Fits and dresses rendered people whose shape, pose, clothes and camera are known: `python -m benchmarks.photo`.

Prints a line for each person, then the means, the medians and the worst. The poses come from motions that the fit's
prior was not made of.
IoU: of the body's picture and the true one.
Mean distance of 22 joints to the true ones, as a part of the body's height, after scaling: from the pelvis ("pose"), in
the camera's axes ("seen"), and there with a lens that the photo tells ("lens").
SSIM: of the dressed body, drawn over the photo, and the photo, inside the mask. focal: found over true focal length.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.photo.camera import draw, seen_from
from motionclip_blender.photo.dress import dress
from motionclip_blender.photo.fit import fit
from motionclip_blender.photo.preview import drawn
from motionclip_blender.photo.see import see
from motionclip_blender.photo.skin import Skin
from motionclip_blender.photo.terms import Fit
from training.photo_prior.people import Person, people

COLUMNS = ("IoU", "pose", "seen", "lens", "SSIM", "focal", "see s", "fit s", "dress s")
_MORE_IS_BETTER = ("IoU", "SSIM")
_BODY = 22  # joints, without hands and face


def ssim(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Returns the structural similarity (H, W) of two pictures (H, W, 3) 0..1 (Wang et al., 2004)."""
    import cv2

    def blurred(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    a, b = first.astype(np.float64), second.astype(np.float64)
    mean_a, mean_b = blurred(a), blurred(b)
    spread_a, spread_b = blurred(a * a) - mean_a**2, blurred(b * b) - mean_b**2
    together = blurred(a * b) - mean_a * mean_b
    c, d = 0.01**2, 0.03**2
    found = (2 * mean_a * mean_b + c) * (2 * together + d) / ((mean_a**2 + mean_b**2 + c) * (spread_a + spread_b + d))
    return found.mean(axis=2)


def measure(person: Person, body: Body) -> tuple[list[float], list[np.ndarray]]:
    """Returns the figures of `COLUMNS`, and pictures: the photo, the dressed body over it, and from behind."""
    times = [time.perf_counter()]
    seen = see(person.picture)
    times.append(time.perf_counter())
    found = fit(seen, body)
    times.append(time.perf_counter())
    dressed = dress([person.picture], [seen], [found], body)
    times.append(time.perf_counter())
    truth, skin = person.truth, Skin(body, found)
    true = seen_from(truth.camera, person.joints)[:_BODY]
    own, told = (_joints(each, body) for each in (found, fit(seen, body, focal=truth.camera.focal)))
    height = float(np.ptp(body.vertices(truth.betas)[:, 1]))
    covered = draw(found.camera, skin.vertices(), body.faces).covered
    should = draw(truth.camera, person.vertices, body.faces).covered
    picture, shown = drawn(dressed, found, body)
    photo = person.picture / 255.0
    frame = np.where(shown[..., None], picture, photo)
    figures = [
        float((covered & should).sum() / (covered | should).sum()),
        _apart(own - own[0], true - true[0]) / height,
        _apart(own, true) / height,
        _apart(told, true) / height,
        float(ssim(frame, photo)[seen.mask > 0.5].mean()),
        found.camera.focal / truth.camera.focal,
        *np.diff(times),
    ]
    outlined = person.picture.copy()
    outlined[covered ^ np.roll(covered, 2, axis=1) | covered ^ np.roll(covered, 2, axis=0)] = (0, 255, 0)
    return figures, [person.picture, outlined, (frame * 255).astype(np.uint8)]


def _joints(found: Fit, body: Body) -> np.ndarray:
    """Returns the joints (22, 3) in the camera's axes."""
    return seen_from(found.camera, body.posed_joints(Skin(body, found).motion, found.betas)[0])[:_BODY]


def _apart(own: np.ndarray, true: np.ndarray) -> float:
    """Returns the mean distance of joints after the best scaling."""
    scale = (own * true).sum() / (own * own).sum()
    return float(np.linalg.norm(scale * own - true, axis=1).mean())


def main(argv: list[str] | None = None) -> int:
    """Measures and prints; returns the exit status: 1 if the means miss what the fit is to reach."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.photo", description=__doc__)
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--sheet", type=Path, help="a PNG with the photo, the fit's outline and the first frame of each"
    )
    options = parser.parse_args(argv)
    body, rows, cells = Body.load(), [], []
    with _blender_is_quiet():
        made = list(people(options.people, options.seed, held_out=True))
    print("     " + " ".join(f"{name:>8}" for name in COLUMNS))
    for number, person in enumerate(made):
        try:
            figures, pictures = measure(person, body)
        except UserError as error:
            print(f"{number:4d} {error}")
            continue
        rows.append(figures)
        cells.append(np.hstack(pictures)[::2, ::2])
        print(f"{number:4d} " + " ".join(f"{figure:8.3f}" for figure in figures), flush=True)
        if options.sheet:
            _save(cells, options.sheet)
    if not rows:
        return 1
    table = np.array(rows)
    worst = np.where(np.isin(COLUMNS, _MORE_IS_BETTER), table.min(axis=0), table.max(axis=0))
    for name, values in (("mean", table.mean(axis=0)), ("med.", np.median(table, axis=0)), ("worst", worst)):
        print(f"{name:>5}" + " ".join(f"{value:8.3f}" for value in values))
    print(f"{len(rows)} of {options.people} people were seen and fitted")
    mean = table.mean(axis=0)
    return int(not (mean[0] >= 0.85 and mean[1] <= 0.06 and mean[3] <= 0.06 and mean[4] >= 0.8))


def _save(cells: list[np.ndarray], path: Path) -> None:
    from PIL import Image

    rows = [np.hstack(cells[start : start + 2]) for start in range(0, len(cells) - len(cells) % 2, 2)]
    Image.fromarray(np.vstack(rows or cells)).save(path)


@contextlib.contextmanager
def _blender_is_quiet():
    """Keeps Blender's line for every image out of the output."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
