"""The sidebar as a user sees it: buttons are found by what is under the mouse, headers by their arrows.

So clicks arrive wherever a row stands that day. A button is named by its property, such as "motionclip.prompt", or by
its operator, such as "motionclip.generate"; with several of one name, by more of what Blender says in Info:
'motionclip.vary(seed=3'. A panel is named by the end of its class's name: "blend".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from tests.gui.blender import Blender

# pixels of the window; the columns in which buttons stand, which only the sidebar's width moves
LEFT, MIDDLE, RIGHT, END = 840, 909, 960, 1002
TOP, BOTTOM = 86, 716
EDGES = (768, 1020)  # what pictures of the sidebar show
_STEP = 14  # less than a row
_ARROW = (772, 92, 786, 101)  # that of the first header, which is open; turned, it is that of a closed one
_FORMER = 8  # pixels that Blenders before 5.0 draw it further to the right
_ALIKE = 0.92
_INDENT = 14
_HALF_HEADER = 13
_MARGIN = 770  # a column without buttons
_TABS, _TAB = 1038, 40  # where the tabs are, and less than the height of one
_NEAR = 4  # closer than two headers ever are


class Header(NamedTuple):
    """The header of a panel in the main one, or of one in that: both stand equally far to the right.

    y: pixels from the top of the window while the sidebar is not scrolled.
    """

    y: int
    open: bool


class Sidebar:
    """The tab MotionCLIP of the sidebar, which is open."""

    _last: ClassVar[dict[tuple[str, int], int]] = {}
    """Where buttons were found last: looked at first, in any Blender."""

    def __init__(self, blender: Blender) -> None:
        self._blender = blender

    # --- buttons

    def place(self, what: str, x: int = MIDDLE) -> tuple[int, int]:
        """Finds a button in a column, scrolls where it has to; returns a pixel of it, over which the mouse is."""
        self._blender.settle()
        if (y := self._below(what, x, near=self._last.get((what, x)))) is None:
            self.scroll_to(0)
            while (y := self._below(what, x)) is None and self._page_down():
                pass
        assert y is not None, f'There is no button "{what}" in the column {x} of the sidebar.'
        self._last[what, x] = y
        return x, y

    def click(self, what: str, x: int = MIDDLE) -> None:
        """A click on a button."""
        self._blender.click(*self.place(what, x))

    def last(self, what: str, x: int) -> int:
        """Returns the height at which a button was found last."""
        return self._last[what, x]

    def type(self, what: str, text: str, x: int = RIGHT) -> None:
        """Replaces the text of a field."""
        self._blender.type(*self.place(what, x), text)

    def _below(self, what: str, x: int, near: int | None = None) -> int | None:
        """Moves the mouse down a column until it is over a button, or from `near` up and down; returns the pixel."""
        ys = list(range(TOP + 4, BOTTOM, _STEP))
        if near is not None:  # what stood elsewhere before has moved by a few rows
            ys = sorted([near, *ys], key=lambda y: abs(y - near))
        self._blender.run(f"look_for({what!r}, {x}, {ys})")
        [found] = self._blender.until("found", 300)  # a busy machine that plays an animation
        return found

    # --- panels

    def choose(self) -> None:
        """Clicks down the tabs of the sidebar until this one is chosen; there are more of them in newer Blenders."""
        chosen = "next(r for r in bpy.context.area.regions if r.type == 'UI').active_panel_category"
        for y in range(TOP + _TAB // 2, BOTTOM, _TAB):
            self._blender.click(_TABS, y)
            self._blender.settle()
            if self._blender.run(chosen) == "MotionCLIP":
                return
        raise AssertionError("The sidebar has no tab MotionCLIP.")

    def open(self, *names: str) -> None:
        """Clicks on the headers of these panels in turn, of those that are closed."""
        self._toggle(names, False)

    def close(self, *names: str) -> None:
        """Clicks on the headers of these panels in turn, of those that are open."""
        self._toggle(names, True)

    def span(self, name: str, bottom: int = BOTTOM) -> tuple[int, int]:
        """Shows a panel as high up as it can stand; returns the pixels where it begins and ends, `bottom` at most."""
        headers = self._headers()
        named = self._named(headers)
        number = next(i for i, (called, _) in enumerate(named) if called == name)
        header, depth = headers[number], named[number][1]
        ends = [one.y for one, (_, own) in zip(headers[number + 1 :], named[number + 1 :], strict=True) if own <= depth]
        self.scroll_to(header.y - TOP - _HALF_HEADER)
        above = self._blender.run("scrolled()") + _HALF_HEADER
        return max(header.y - above, TOP), min([y - above for y in ends[:1]] + [bottom])

    def _toggle(self, names: Sequence[str], opened: bool) -> None:
        for name in names:
            headers = self._headers(name)
            names = [called for called, _ in self._named(headers)]
            assert name in names, f'The sidebar has no panel "{name}"; it has {names}.'
            header = headers[names.index(name)]
            if header.open == opened:
                self._blender.click(LEFT, header.y - self._blender.run("scrolled()"))
                self._blender.settle()

    def _headers(self, until: str | None = None) -> list[Header]:
        """Looks at the sidebar from above to below, or to the panel `until`; returns its headers in order."""
        self._blender.call("xdotool", "mousemove", str(_MARGIN), str(BOTTOM))  # no tip hides anything then
        self.scroll_to(0)
        headers: list[Header] = []
        while True:
            above = self._blender.run("scrolled()")
            here = [header._replace(y=header.y + above) for header in self._seen()]
            for one in here:
                if all(abs(one.y - other.y) > _NEAR for other in headers):
                    headers.append(one)
            headers.sort()
            if until in [name for name, _ in self._named(headers)] or not self._page_down():
                return headers

    def _named(self, headers: Sequence[Header]) -> list[tuple[str, int]]:
        """Returns the name of each of the headers, the uppermost ones, and its depth: 1 or 2."""
        shown, names = iter(self._blender.run("panels()")), []
        inner: list[str] = []
        for header in headers:
            if inner:
                names.append((inner.pop(0), 2))
                continue
            name, within = next(shown)
            inner = within if header.open else []
            names.append((name, 1))
        return names

    def _seen(self) -> list[Header]:
        """Finds the arrows that are on the screen. Their y is that of the screen."""
        self._blender.settle()
        left, right = (x + _INDENT + self._shift for x in _ARROW[::2])
        strip = blurred(self._blender.picture((left - _NEAR, TOP, right + _NEAR, BOTTOM)))
        found = []
        for arrow, opened in ((self._arrow, True), (self._arrow.T, False)):
            windows = sliding_window_view(strip, arrow.shape)
            windows = windows - windows.mean((2, 3), keepdims=True)
            size = np.maximum(np.sqrt((windows**2).sum((2, 3)) * (arrow**2).sum()), 1e-6)
            rows = np.flatnonzero(((windows * arrow).sum((2, 3)) / size > _ALIKE).any(axis=1))
            found += [Header(TOP + int(y) + arrow.shape[0] // 2, opened) for y in rows]
        return found

    @cached_property
    def _arrow(self) -> np.ndarray:
        """(9, 14) what an open panel's header has at its left, around its mean."""
        left, top, right, bottom = _ARROW
        picture = blurred(self._blender.picture((left + self._shift, top, right + self._shift, bottom)))
        return picture - picture.mean()

    @cached_property
    def _shift(self) -> int:
        return 0 if self._blender.run("bpy.app.version >= (5, 0)") else _FORMER

    # --- scrolling

    def scroll_to(self, above: int) -> None:
        """Scrolls until `above` pixels of the sidebar are above what is seen, or as near as that can be."""
        self._blender.run(f"scroll({above})")
        self._blender.settle()

    def _page_down(self) -> bool:
        """Returns whether there was more to see."""
        before = self._blender.run("scrolled()")
        self.scroll_to(before + (BOTTOM - TOP) * 3 // 4)
        return self._blender.run("scrolled()") > before


def blurred(picture: np.ndarray) -> np.ndarray:
    """A picture in which half a pixel does not count."""
    return sliding_window_view(np.pad(picture, 1, mode="edge"), (3, 3)).mean((2, 3))
