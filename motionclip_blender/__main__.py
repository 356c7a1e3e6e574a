"""Runs the command line: `python -m motionclip_blender "a person waves"`."""

import sys

from .cli import main

sys.exit(main())
