"""Lends mediapipe's networks to a Blender whose Python has no wheel of it.

The wheels end at Python 3.12, and Debian's Blenders have a newer one. So Blender gets a module mediapipe that sends
each picture to the tests' own Python, where the real networks look at it. All else of a photo happens in Blender.
"""

from __future__ import annotations

import importlib
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.gui.blender import Blender

LACKING = "[name for name in ('cv2', 'PIL', 'scipy') if importlib.util.find_spec(name) is None]"
"""What of the other packages Blender does not have either."""

_ASKING = """
import io, json, socket
from types import SimpleNamespace as Found
import numpy as np

class Network:
    def __init__(self, **how):
        self._how = how

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def process(self, picture):
        sent, got = io.BytesIO(), io.BytesIO()
        np.savez(sent, picture=picture, asked=json.dumps([self._module, self._name, self._how]))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(PATH)
            connection.sendall(sent.getvalue())
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 20):
                got.write(part)
        got.seek(0)
        return self._found(np.load(got, allow_pickle=False))

class Pose(Network):
    _module, _name = "pose", "Pose"

    def _found(self, said):
        if "mask" not in said:
            return Found(pose_landmarks=None, segmentation_mask=None)
        def marks(rows):
            return Found(landmark=[Found(x=x, y=y, z=z, visibility=seen) for x, y, z, seen in rows])
        return Found(pose_landmarks=marks(said["flat"]), pose_world_landmarks=marks(said["places"]),
                     segmentation_mask=said["mask"])

class FaceDetection(Network):
    _module, _name = "face_detection", "FaceDetection"

    def _found(self, said):
        return Found(detections=list(said["faces"]))
"""


@contextmanager
def networks(blender: Blender) -> Iterator[None]:
    """Has `blender` find a module mediapipe that asks here."""
    packages = blender.folder / "packages"
    solutions = packages / "mediapipe" / "python" / "solutions"
    solutions.mkdir(parents=True)
    for folder in (solutions, *solutions.parents[:2]):
        (folder / "__init__.py").write_text("")
    asking = f"PATH = {str(blender.inside / 'networks')!r}\n{_ASKING}"
    for name in ("pose", "face_detection"):
        (solutions / f"{name}.py").write_text(asking)
    blender.run(f"sys.path.insert(0, {str(blender.inside / packages.name)!r})")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(blender.folder / "networks"))
        listener.listen()
        threading.Thread(target=_serve, args=(listener,), daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:  # the end of `networks`
            return
        with connection:
            got = io.BytesIO()
            while part := connection.recv(1 << 20):
                got.write(part)
            got.seek(0)
            said = io.BytesIO()
            np.savez(said, **_seen(np.load(got, allow_pickle=False)))
            connection.sendall(said.getvalue())


def _seen(asked: np.lib.npyio.NpzFile) -> dict[str, np.ndarray]:
    """Runs a network on a picture."""
    module, name, how = json.loads(str(asked["asked"]))
    network = getattr(importlib.import_module(f"mediapipe.python.solutions.{module}"), name)
    with network(**how) as looking:
        found = looking.process(np.ascontiguousarray(asked["picture"]))
    if name == "FaceDetection":
        return {"faces": np.array([face.score[0] for face in found.detections or ()])}
    if found.pose_landmarks is None or found.segmentation_mask is None:
        return {}
    return {
        "flat": _marks(found.pose_landmarks),
        "places": _marks(found.pose_world_landmarks),
        "mask": np.asarray(found.segmentation_mask),
    }


def _marks(found: object) -> np.ndarray:
    """(33, 4) x, y, z, visibility."""
    return np.array([(mark.x, mark.y, mark.z, mark.visibility) for mark in found.landmark])
