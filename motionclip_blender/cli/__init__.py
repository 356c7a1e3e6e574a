"""The command line: prompts, expressions and images become .blend files, motion files, films and contact sheets; motion
files are recognised.

Nothing heavy is imported before all that was asked for has been checked.
"""

from __future__ import annotations

import sys

from ..core.errors import UserError
from .request import GenerateRequest, parse
from .terminal import CtrlC, quiet


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line. Returns the exit status: 0, 2 for what the user can mend, 130 after Ctrl-C."""
    try:
        request = parse(arguments)
        with quiet(request.verbose) as (stdout, stderr), CtrlC() as ctrl_c:
            if isinstance(request, GenerateRequest):
                from .generate import run
            else:
                from .recognise import run
            run(request, ctrl_c, stdout, stderr)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    return 0
