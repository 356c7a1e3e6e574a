"""Reads the shape of a body that a user asks for: betas by number or by name."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from .body import Body

LARGEST = 5.0
"""The largest beta that is taken, either way. Betas count standard deviations; beyond three bodies look deformed."""

_INDEX = re.compile(r"(?:shape|beta)?_?(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True)
class BodyShape:
    """Betas as they were typed: `values` by position, or by name if `names` are given, one for each."""

    values: tuple[float, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> BodyShape:
        """Parses `0.5,-1,2` or `height=1,age=-0.5`. Raises `UserError` for anything else, and for huge values."""
        parts = [part.strip() for part in text.replace(";", ",").split(",")]
        named = ["=" in part for part in parts]
        if any(named) != all(named):
            raise UserError("Betas are numbers, or all of them names with numbers; write 1,0,-2 or height=1,age=-2.")
        pairs = [part.partition("=")[::2] if "=" in part else ("", part) for part in parts]
        values = []
        for number in (pair[1].strip() for pair in pairs):
            try:
                value = float(number)
            except ValueError:
                raise UserError(f"A beta is a number, not {number!r}; write 1,0,-2 or height=1,age=-2.") from None
            if not (math.isfinite(value) and abs(value) <= LARGEST):
                raise UserError(f"A beta lies between {-LARGEST:g} and {LARGEST:g}, not at {number}.")
            values.append(value)
        names = tuple(name.strip() for name, _ in pairs) if all(named) else ()
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise UserError(f"The beta {twice!r} is given twice; leave one of them out.")
        return cls(tuple(values), names)

    def betas(self, body: Body) -> np.ndarray:
        """Returns (n,) float32 betas. Raises `UserError` for names and numbers that the body does not have."""
        import numpy as np

        if not self.names:
            return body.checked_betas(np.array(self.values, np.float32))
        places = [self._place(name, body) for name in self.names]
        betas = np.zeros(max(places) + 1, np.float32)
        betas[places] = self.values
        return body.checked_betas(betas)

    @staticmethod
    def _place(name: str, body: Body) -> int:
        count = body.shape_dirs.shape[2]
        known = [shape_name(body, i).lower() for i in range(count)]
        asked = "_".join(name.lower().replace("-", " ").replace("_", " ").split())
        if asked in known:
            return known.index(asked)
        found = _INDEX.fullmatch(asked)
        if found and int(found[1]) < count:
            return int(found[1])
        raise UserError(f"This body has no beta {name!r}; it has {', '.join(known[:10])}.")


def shape_name(body: Body, i: int) -> str:
    """Returns the name of a beta: the body's own, or its number."""
    return body.shape_names[i] if i < len(body.shape_names) else f"Shape{i:03d}"
