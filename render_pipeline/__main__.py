"""Runs the command line `python -m render_pipeline`."""

import sys

from .cli import main

sys.exit(main())
