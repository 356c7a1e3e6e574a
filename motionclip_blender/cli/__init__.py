"""Implements the command line.

It turns prompts, expressions and images into .blend files, motion files, films and contact sheets, also of the person
of a photo, and recognises motion files. It imports nothing heavy before it has checked everything that was asked for.
"""

from __future__ import annotations

import sys

from ..core.errors import UserError
from .batch_request import BatchRequest, is_batch, parse_batch
from .photo_request import PhotoRequest, is_photo, parse_photo
from .request import GenerateRequest, RecogniseRequest, parse
from .terminal import CtrlC, terminal
from .timelines_request import TimelinesRequest, is_timelines, parse_timelines


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line.

    Returns the exit status: 0; 1 when some lines of a file could not be made, but the others are; 2 for an error that
    the user can correct; 130 after Ctrl-C.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        request = _parsed(arguments)
        with terminal(request.verbose) as (stdout, stderr), CtrlC() as ctrl_c:
            if isinstance(request, GenerateRequest):
                from . import generate

                generate.run(request, ctrl_c, stdout, stderr)
            elif isinstance(request, BatchRequest):
                from . import batch

                return 0 if batch.run(request, ctrl_c, stdout, stderr) else 1
            elif isinstance(request, PhotoRequest):
                from . import photo

                photo.run(request, ctrl_c, stdout, stderr)
            elif isinstance(request, TimelinesRequest):
                from . import timelines

                return 0 if timelines.run(request, ctrl_c, stdout, stderr) else 1
            else:
                from . import recognise

                recognise.run(request, ctrl_c, stdout, stderr)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0


def _parsed(
    arguments: list[str],
) -> GenerateRequest | RecogniseRequest | BatchRequest | TimelinesRequest | PhotoRequest:
    """Raises `UserError` for what cannot be done."""
    if is_photo(arguments):
        return parse_photo(arguments)
    if is_timelines(arguments):
        return parse_timelines(arguments)
    return parse_batch(arguments) if is_batch(arguments) else parse(arguments)
