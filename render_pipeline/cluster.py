"""Runs workers on many machines with Ray. Units and pixels are the same as on one machine.

A node needs Ray, numpy and a Blender: the bpy module, or the program that `--blender` names. Ray copies the sources and
the body file to the nodes; no shared folder is needed.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from motionclip_blender.core.body import OPEN_BODY
from motionclip_blender.core.errors import UserError

from .plan import Unit
from .pool import Rendered, Renderer
from .process import Blender, Crashed, Worker
from .run import Request
from .settings import Settings

_CONNECT_SECONDS = 5
_CLOSE_SECONDS = 2
_HERE = Path(__file__).resolve().parent
_LEFT_OUT = ("__pycache__", "packs", "render_pipeline", "ui")


class Cluster:
    """A connection to a running Ray cluster, for one run.

    address: host:port, "auto" for the cluster that this machine is a node of, or "local" for a cluster on this machine
    alone. program: path of Blender on every node; None for the bpy module. wanted: number of workers; by default one
    for each core of the cluster.
    Raises `UserError` when Ray is not installed or no cluster answers.
    """

    def __init__(self, address: str, program: str | None, request: Request, wanted: int | None = None) -> None:
        self._address, self._program, self._request, self._wanted = address, program, request, wanted
        self._sources = tempfile.TemporaryDirectory(prefix="motionclip-sources-")
        self._ray = None

    def __enter__(self) -> Cluster:
        self._ray = _connected(self._address, _stage(Path(self._sources.name)))
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()
        self._sources.cleanup()

    def workers(self, units: int) -> list[Renderer]:
        """Returns the workers for `units` units: at most one for each unit and one for each core."""
        cores = int(self._ray.cluster_resources().get("CPU", 1))
        count = max(1, min(self._wanted or cores, units, cores))
        settings = replace(self._request.settings, threads=1)
        body = self._ray.put(self._request.body.read_bytes() if self._request.body else None)
        return [_Remote(self._ray, self._program, settings, body) for _ in range(count)]


def _connected(address: str, sources: Path):
    try:
        import ray
    except ImportError as error:
        raise UserError("Ray is not installed; install the package ray, or leave --ray out.") from error
    if address not in ("auto", "local"):
        _check_answer(address)
    environment = {"working_dir": str(sources)}
    try:
        ray.init(address, runtime_env=environment, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise UserError(
            f"No Ray cluster answers at {address}; start one with `ray start --head`, or name another address."
        ) from error
    return ray


def _check_answer(address: str) -> None:
    """Checks that something listens at `address`. Raises `UserError` after 5 seconds; Ray would retry for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _CONNECT_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise UserError(
            f"No Ray cluster answers at {address} ({error}); start one with `ray start --head`, or name another."
        ) from error


def _stage(folder: Path) -> Path:
    """Copies both packages side by side into `folder`, without the parts that a worker doesn't need. Returns `folder`.

    Works from a checkout and from an installed extension.
    """
    checkout = _HERE.parent / "motionclip_blender"
    # in an installed extension, this package is a subfolder of it
    package = checkout if checkout.is_dir() else _HERE.parent
    shutil.copytree(_HERE, folder / "render_pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package, folder / "motionclip_blender", ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return folder


class _Actor:
    """Holds a `Worker` on a node.

    Errors are returned as plain data, because Ray would wrap exceptions in types of its own.
    """

    def __init__(self, program: str | None, settings: Settings, body: bytes | None) -> None:
        self._program, self._settings = program, settings
        self._body = OPEN_BODY
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if body is not None:
            self._folder = tempfile.TemporaryDirectory(prefix="motionclip-body-")
            self._body = Path(self._folder.name) / "body.npz"
            self._body.write_bytes(body)
        self._worker: Worker | None = None

    def render(self, unit: Unit) -> tuple[str, object]:
        return self._answer(lambda worker: worker.render(unit))

    def sheet(self, images: list[bytes], columns: int, cell: int) -> tuple[str, object]:
        return self._answer(lambda worker: worker.sheet(images, columns, cell))

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close()
        if self._folder is not None:  # Ray kills the process, so that nothing else would remove it
            self._folder.cleanup()

    def _answer(self, work: Callable[[Worker], object]) -> tuple[str, object]:
        try:
            if self._worker is None:  # found here, because each node may have another Blender
                self._worker = Worker(Blender.find(self._program), self._settings, self._body)
            return "done", work(self._worker)
        except Crashed as error:
            self._worker.close()
            return "crashed", str(error)
        except UserError as error:
            return "refused", f"{error} (on {socket.gethostname()})"


class _Remote:
    """A worker on another machine.

    When its actor is lost, for instance with its machine, the next call starts a new one.
    """

    def __init__(self, ray, program: str | None, settings: Settings, body) -> None:
        self._ray, self._arguments = ray, (program, settings, body)
        self._actor = None

    def render(self, unit: Unit, tell: Callable[[], None]) -> Rendered:
        """Renders a unit as `Worker.render` does.

        Calls `tell` for all frames at once, when the whole unit is rendered.
        """
        rendered = self._ask("render", unit)
        for _ in rendered:
            tell()
        return rendered

    def sheet(self, images: list[bytes], columns: int, cell: int) -> bytes:
        return self._ask("sheet", images, columns, cell)

    def close(self) -> None:
        actor, self._actor = self._actor, None
        if actor is None:
            return
        # an idle actor stops its worker and removes its files; a busy one cannot answer and is killed
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.get(actor.close.remote(), timeout=_CLOSE_SECONDS)
        self._ray.kill(actor)

    def _ask(self, what: str, *arguments: object):
        if self._actor is None:
            spread = self._ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(_Actor)
            self._actor = spread.remote(*self._arguments)
        try:
            how, answer = self._ray.get(getattr(self._actor, what).remote(*arguments))
        except self._ray.exceptions.RayError as error:
            self._actor = None
            raise Crashed(f"while its machine was working: {str(error).splitlines()[0]}") from None
        if how == "crashed":
            raise Crashed(answer)
        if how == "refused":
            raise UserError(answer)
        return answer
