"""Runs the steps from real clips to a pack: `python -m training COMMAND`."""

from __future__ import annotations

import importlib
import os
import sys

from motionclip_blender.core.errors import UserError

_COMMANDS = {
    "captions": ("data.check_captions", "check the captions of the clips"),
    "prepare": ("data.prepare", "retarget real clips to SMPL-X motions"),
    "spans": ("data.spans", "propose spans of prepared motions for captions, with their measures and pictures"),
    "splits": ("data.split_proposal", "propose which takes or people are held out for testing, or show all splits"),
    "images": ("image_tower.train", "train the image tower on rendered frames, and embed them"),
    "train": ("autoencoder.train", "train an auto-encoder on prepared motions and captions"),
    "curve": ("evaluation.curve", "draw the losses and the movement of runs from their logs"),
    "export": ("autoencoder.export", "write a pack from a checkpoint"),
    "recaption": ("autoencoder.recaption", "give a pack the captions of today, without training it"),
    "import-checkpoint": ("autoencoder.import_checkpoint", "write a pack from a released MotionCLIP checkpoint"),
    "wordings": ("autoencoder.wording_index", "give a pack its wordings as texts, to read prompts by"),
    "details": ("autoencoder.details", "give a pack the motions that its wordings describe, whole"),
    "class-means": ("evaluation.class_means", "give a pack what motions of its classes are like, for recognition"),
    "evaluate": ("evaluation.evaluate", "measure a pack on the clips that are held out"),
    "variations": (
        "evaluation.variations",
        "measure how variations of prompts differ, and whether they keep the meaning",
    ),
    "variety": ("evaluation.variety", "count how many different motions a thousand prompts give"),
    "manners": ("evaluation.manners", "measure manners that prompts ask for: sadly, like an old man, drunk"),
    "lengths": ("evaluation.lengths", "measure motions that are longer than the decoder makes at once"),
    "understanding": ("evaluation.understanding", "measure whether prompts become the motions that they ask for"),
    "refusals": ("evaluation.refusals", "measure which prompts are refused, and whether they should be"),
    "edits": ("evaluation.edits", "measure whether the paper's edits show both of their actions"),
    "segments": ("evaluation.segments", "measure whether the segments of a timeline are found again in its motion"),
    "text-adapter": ("text_adapter.train", "train the text adapter on the wordings of clips"),
    "text-tower": ("text_tower.build", "make the extension's text tower from its package"),
    "dictionary": ("text_tower.dictionary", "make the extension's dictionary of correct English words from a list"),
    "clip-vocabulary": ("text_tower.clip_vocabulary", "make the extension's copy of CLIP's vocabulary from open_clip"),
    "showcase": ("evaluation.showcase", "contact sheets of prompts in other words than the captions"),
    "study": ("study.command", "pairs of films for people to choose from, and the table of their choices"),
}
"""The module and the purpose of each command."""


_OWN = ("motionclip_blender", "render_pipeline", "training")


def main() -> int:
    """Runs a command. Returns its exit status: 2 for an error that the user can correct, 130 after Ctrl-C, 141 where
    nobody reads the output on."""
    if len(sys.argv) < 2 or sys.argv[1] not in _COMMANDS:
        print(__doc__)
        for name, (_, purpose) in _COMMANDS.items():
            print(f"  {name:<17} {purpose}")
        return 0 if sys.argv[1:] in ([], ["--help"], ["-h"]) else 2
    try:
        command = importlib.import_module(f".{_COMMANDS[sys.argv[1]][0]}", __package__)
        status = command.main(sys.argv[2:])
        sys.stdout.flush()  # here, where it is known what to do if nobody reads on
        return status
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in _OWN:
            raise
        print(f'The package "{package}" is not installed; run: pip install ".[training]"', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # `head` has read enough; Python would complain again when it flushes what is left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
