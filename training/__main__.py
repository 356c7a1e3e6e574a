"""`python -m training COMMAND`: the steps from real clips to a pack."""

from __future__ import annotations

import importlib
import sys

from motionclip_blender.core.errors import UserError

_COMMANDS = {
    "captions": "check the captions of the clips",
    "prepare": "retarget real clips to SMPL-X motions",
    "splits": "propose which takes are held out for testing",
    "images": "train the image tower on rendered frames, and embed them",
    "train": "train an auto-encoder on prepared motions and captions",
    "export": "write a pack from a checkpoint",
    "evaluate": "measure a pack on the clips that are held out",
    "text-tower": "make the extension's text tower from its package",
    "showcase": "contact sheets of prompts that nobody trained on",
}
_MODULES = {
    "captions": "check_captions",
    "evaluate": "evaluation.command",
    "text-tower": "text_tower",
}  # where a command's module has another name


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        print(__doc__)
        for name, purpose in _COMMANDS.items():
            print(f"  {name:<10} {purpose}")
        return 0 if sys.argv[1:] in ([], ["--help"], ["-h"]) else 2
    command = importlib.import_module(f".{_MODULES.get(sys.argv[1], sys.argv[1])}", __package__)
    try:
        return command.main(sys.argv[2:])
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
