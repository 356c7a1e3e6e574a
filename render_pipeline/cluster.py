"""Workers on many machines, by Ray. The units are those of one machine, and so are the pixels.

A node needs Ray, numpy and a Blender: the bpy module, or a program where `--blender` says. The sources and the body's
file travel with the run; no folder has to be shared.
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

    address: host:port, "auto" for the cluster that this machine is a node of, or "local" for one of its own.
    program: of Blender on every node; None for the bpy module. wanted: how many workers; by default one for each core
    of the cluster.
    Raises `UserError` when Ray is not installed or nobody answers.
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
        """Who renders `units` units."""
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
    """Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), _CONNECT_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise UserError(
            f"No Ray cluster answers at {address} ({error}); start one with `ray start --head`, or name another."
        ) from error


def _stage(folder: Path) -> Path:
    """The two packages side by side, as in a checkout, wherever they lie here, without what no worker needs."""
    checkout = _HERE.parent / "motionclip_blender"
    # installed, this package lies in the extension's own folder
    package = checkout if checkout.is_dir() else _HERE.parent
    shutil.copytree(_HERE, folder / "render_pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package, folder / "motionclip_blender", ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return folder


class _Actor:
    """Holds a `Worker` on a node. Its answers are plain data, so that errors keep their kind on the way."""

    def __init__(self, program: str | None, settings: Settings, body: bytes | None) -> None:
        self._program, self._settings = program, settings
        self._body = OPEN_BODY
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

    def _answer(self, work: Callable[[Worker], object]) -> tuple[str, object]:
        try:
            if self._worker is None:  # which Blender there is, the node knows
                self._worker = Worker(Blender.find(self._program), self._settings, self._body)
            return "done", work(self._worker)
        except Crashed as error:
            self._worker.close()
            return "crashed", str(error)
        except UserError as error:
            return "refused", f"{error} (on {socket.gethostname()})"


class _Remote:
    """A worker on another machine. An actor that is lost, with its machine perhaps, is replaced by a new one."""

    def __init__(self, ray, program: str | None, settings: Settings, body) -> None:
        self._ray, self._arguments = ray, (program, settings, body)
        self._actor = None

    def render(self, unit: Unit, tell: Callable[[], None]) -> Rendered:
        """As `Worker.render`; `tell` is called when all frames are there."""
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
        # in the middle of a unit it cannot hear this; else it clears away after itself
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
