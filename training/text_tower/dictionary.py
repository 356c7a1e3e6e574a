"""Makes the extension's dictionary of correct English words: `python -m training dictionary --words FILE`.

FILE has one word a line, as /usr/share/dict/words does; what is shipped is made of that of Debian's package wamerican.
Names, short words, and words that the text tower's vocabulary has anyway are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.inference.text_tower import FOLDER as TOWER
from motionclip_blender.core.prompt_plan.dictionary import FILE, Dictionary
from motionclip_blender.core.prompt_plan.spelling import LONGEST, SHORTEST


def listed(path: Path) -> set[str]:
    """Returns the words of a list that the dictionary needs. Raises `UserError` for a file that has none."""
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as a list of words ({error}); name another file.") from error
    plain = {word for word in lines if word.isascii() and word.isalpha() and word.islower()}
    plain = {word for word in plain if SHORTEST <= len(word) <= LONGEST}
    if not plain:
        raise UserError(f"{path} has no words in lower case, one a line; name another file.")
    return plain - set((TOWER / "vocab.txt").read_text(encoding="utf-8").split())


def main(arguments: list[str]) -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="training dictionary", description=__doc__.partition(":")[0])
    parser.add_argument("--words", type=Path, default=Path("/usr/share/dict/words"), help="list of words")
    parser.add_argument("--out", type=Path, default=FILE, help="file for the dictionary")
    options = parser.parse_args(arguments)
    words = listed(options.words)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with whole_path(options.out) as temporary:
        Dictionary.of(words).save(temporary)
    print(f"{options.out}: {len(words):,} words ({options.out.stat().st_size / 1e3:.0f} KB)")
    return 0
