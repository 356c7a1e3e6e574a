"""Blender as a Python module: one folder for each version, made by pip, and nothing else to import in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.matrix.row import CannotBeHad, Row, system_of

_HERE = Path(__file__).resolve().parent
_SECONDS = 300  # for one Blender from start to end
_MOUNTED = "/mnt"
"""Where a chroot sees the folder of a module, and "/media" what is tried in it."""


@dataclass(frozen=True)
class Module:
    """A version of the `bpy` package, and the numpy that its Blender brings."""

    version: str
    python: str
    numpy: str


MODULES = (
    Module("4.2.23", "3.11", "numpy<2"),
    Module("4.5.15", "3.11", "numpy<2"),
    Module("5.0.1", "3.11", "numpy<2"),
    Module("5.1.2", "3.13", "numpy>=2"),
    Module("5.2.3", "3.13", "numpy>=2"),
    Module("5.3.0", "3.13", "numpy>=2"),
)


def try_module(module: Module, folder: Path, extension: Path, prompt: str, chroot: Path | None) -> Row:
    """Sets the version up in `folder` where it is not yet, and makes a motion in it.

    chroot: a Debian with the module's Python, where it is not this program's own
    """
    row = Row(module.version, module.python, how="Python module", system=system_of(chroot))
    try:
        where = _set_up(module, folder / f"bpy-{module.version}", chroot)
    except CannotBeHad as error:
        return replace(row, result=f"cannot be had: {error}")
    with tempfile.TemporaryDirectory(prefix="Zoë ホーム ", dir=folder) as home:
        shutil.copy(extension, home)
        shutil.copy(_HERE / "inside_module.py", home)
        done = _run(where, Path(home), chroot, [extension.name, prompt])
    said = done.stdout.partition("SAID")[2].partition("\n")[0]
    if done.returncode != 0 or not said:
        reason = (done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"])[-1]
        return replace(row, result=f"failed: {reason}")
    return replace(row, **json.loads(said), installed="by operator", result="made")


def _set_up(module: Module, where: Path, chroot: Path | None) -> Path:
    """A virtual environment with the module and numpy in it. Returns its folder."""
    ready = where / "ready"
    if ready.exists():
        return where
    if chroot is None and f"{sys.version_info.major}.{sys.version_info.minor}" != module.python:
        raise CannotBeHad(f"it needs Python {module.python}, which the trixie chroot has, and there is none")
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    if chroot is None:
        _ask([sys.executable, "-m", "venv", "--without-pip", str(where)])
    else:
        _ask(_enter(chroot, where, None, ["/usr/bin/python3", "-m", "venv", "--without-pip", _MOUNTED]))
    packages = where / "lib" / f"python{module.python}" / "site-packages"
    _ask([
        sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-cache-dir",
        "--target", str(packages), "--python-version", module.python, "--only-binary=:all:",
        "--ignore-requires-python", f"bpy=={module.version}", module.numpy,
    ])  # fmt: skip
    ready.touch()
    return where


def _run(where: Path, home: Path, chroot: Path | None, arguments: Sequence[str]) -> subprocess.CompletedProcess:
    """Runs inside_module.py without network, without this checkout, in a home of its own."""
    inside = home if chroot is None else Path("/media")
    python = f"{where if chroot is None else _MOUNTED}/bin/python"
    program = [python, "-I", str(inside / "inside_module.py"), str(inside / arguments[0]), *arguments[1:]]
    if chroot is not None:
        program = _enter(chroot, where, home, program)
    elif os.geteuid() == 0:
        program = ["unshare", "--net", *program]
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": str(inside),
        "TMPDIR": str(inside),
        "BLENDER_USER_RESOURCES": str(inside / "user"),
    }
    return subprocess.run(
        program, env=environment, cwd=home if chroot is None else "/", capture_output=True, text=True, timeout=_SECONDS
    )


def _enter(chroot: Path, where: Path, home: Path | None, program: Sequence[str]) -> list[str]:
    """The command that runs a program in a chroot without network, which sees `where` and `home` meanwhile."""
    mounts = ['mount -t proc proc "$0/proc"', f'mount --bind "$1" "$0{_MOUNTED}"']
    if home is not None:
        mounts.append('mount --bind "$2" "$0/media"')
    script = " && ".join([*mounts, 'root=$0 && shift 2 && exec chroot "$root" "$@"'])
    return ["unshare", "--mount", "--net", "sh", "-c", script, str(chroot), str(where), str(home or ""), *program]


def _ask(command: Sequence[str]) -> None:
    """Runs a step of the set-up. Raises `CannotBeHad` with the last thing it said."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        errors = [line for line in said if "ERROR" in line] or said
        raise CannotBeHad(errors[-1] if errors else f"{command[0]} ended with status {done.returncode}")
