"""Provides `blender --command motionclip_render`, the command line of `render_pipeline` in the installed extension."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence

import bpy

from ...core.errors import UserError
from .process import launcher

NAME = "motionclip_render"

_handle: object = None


def run(arguments: Sequence[str]) -> int:
    """Runs the command line of `python -m render_pipeline`, and returns its exit status.

    It runs in this process: nobody works in a Blender that runs a command, the coordinator does not use Blender's data,
    and Ctrl-C and SIGTERM reach it directly.
    """
    try:
        path = launcher()
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    spec = importlib.util.spec_from_file_location("motionclip_render_launcher", path)
    assert spec is not None and spec.loader is not None  # it is a Python file
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        return module.main(arguments, f"blender --command {NAME}")
    except SystemExit as end:  # raised by --help
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def attach() -> None:
    """Registers the command when the extension is enabled."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, run)


def detach() -> None:
    """Removes the command when the extension is disabled."""
    global _handle
    bpy.utils.unregister_cli_command(_handle)
    _handle = None
