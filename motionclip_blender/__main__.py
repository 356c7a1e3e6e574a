"""`python -m motionclip_blender "a person waves"`: the command line."""

import sys

from .cli import main

sys.exit(main())
