"""Runs beside the full Blender: drops a file on the window under the mouse, as a file manager does (XDND).

python3 drag.py FILE      with DISPLAY set; ends with status 0 when the window has taken the file
"""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path

_VERSION = 5
_SECONDS = 10.0
_CLIENT, _REQUEST, _NOTIFY = 33, 30, 31  # ClientMessage, SelectionRequest, SelectionNotify
_EVENT_LONGS = 24  # of an XEvent
_ATOM, _REPLACE = 4, 0

_x = ctypes.CDLL("libX11.so.6")
_x.XOpenDisplay.restype = ctypes.c_void_p
for _name in ("XDefaultRootWindow", "XCreateSimpleWindow", "XInternAtom"):
    getattr(_x, _name).restype = ctypes.c_ulong


class Client(ctypes.Structure):
    """XClientMessageEvent."""

    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
    ]  # fmt: skip


class Request(ctypes.Structure):
    """XSelectionRequestEvent."""

    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("owner", ctypes.c_ulong), ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong),
        ("target", ctypes.c_ulong), ("property", ctypes.c_ulong), ("time", ctypes.c_ulong),
    ]  # fmt: skip


class Notify(ctypes.Structure):
    """XSelectionEvent."""

    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong), ("target", ctypes.c_ulong),
        ("property", ctypes.c_ulong), ("time", ctypes.c_ulong),
    ]  # fmt: skip


class Event(ctypes.Union):
    """XEvent."""

    _fields_ = [
        ("type", ctypes.c_int), ("client", Client), ("request", Request), ("notify", Notify),
        ("pad", ctypes.c_long * _EVENT_LONGS),
    ]  # fmt: skip


class Source:
    """A window that offers a file."""

    def __init__(self, path: Path) -> None:
        self.offered = (path.as_uri() + "\r\n").encode()
        self.display = ctypes.c_void_p(_x.XOpenDisplay(None))
        self.root = _x.XDefaultRootWindow(self.display)
        self.window = _x.XCreateSimpleWindow(self.display, ctypes.c_ulong(self.root), 0, 0, 1, 1, 0, 0, 0)
        _x.XSetSelectionOwner(self.display, self._atom("XdndSelection"), ctypes.c_ulong(self.window), 0)

    def _atom(self, name: str) -> ctypes.c_ulong:
        return ctypes.c_ulong(_x.XInternAtom(self.display, name.encode(), 0))

    def target(self) -> tuple[int, int, int]:
        """The window under the mouse that takes drops, and the mouse's place on the screen."""
        root, child, mask = ctypes.c_ulong(), ctypes.c_ulong(self.root), ctypes.c_uint()
        x, y, local = ctypes.c_int(), ctypes.c_int(), (ctypes.c_int(), ctypes.c_int())
        while child.value:
            window = ctypes.c_ulong(child.value)
            _x.XQueryPointer(
                self.display, window, *map(ctypes.byref, (root, child, x, y, *local)), ctypes.byref(mask)
            )  # fmt: skip
            if self._takes_drops(window):
                return window.value, x.value, y.value
        sys.exit("no window under the mouse takes drops")

    def _takes_drops(self, window: ctypes.c_ulong) -> bool:
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        count, rest, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        _x.XGetWindowProperty(
            self.display, window, self._atom("XdndAware"), ctypes.c_long(0), ctypes.c_long(1), 0,
            ctypes.c_ulong(0), *map(ctypes.byref, (kind, form, count, rest, data)),
        )  # fmt: skip
        return bool(kind.value)

    def tell(self, window: int, name: str, *data: int) -> None:
        """Sends a message of the protocol."""
        event = Event()
        event.client.type, event.client.window, event.client.format = _CLIENT, window, 32
        event.client.message_type = self._atom(name).value
        for i, value in enumerate((self.window, *data)):
            event.client.data[i] = value
        _x.XSendEvent(self.display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(event))
        _x.XFlush(self.display)

    def until(self, name: str) -> None:
        """Waits for a message, and hands the file over when it is asked for."""
        wanted, end, event = self._atom(name).value, time.monotonic() + _SECONDS, Event()
        while time.monotonic() < end:
            if not _x.XPending(self.display):
                time.sleep(0.01)
                continue
            _x.XNextEvent(self.display, ctypes.byref(event))
            if event.type == _REQUEST:
                self._hand_over(event.request)
            elif event.type == _CLIENT and event.client.message_type == wanted:
                return
        sys.exit(f"{name} did not come")

    def _hand_over(self, asked: Request) -> None:
        _x.XChangeProperty(
            self.display, ctypes.c_ulong(asked.requestor), ctypes.c_ulong(asked.property),
            ctypes.c_ulong(asked.target), 8, _REPLACE, self.offered, len(self.offered),
        )  # fmt: skip
        event = Event()
        answer = event.notify
        answer.type, answer.requestor, answer.selection = _NOTIFY, asked.requestor, asked.selection
        answer.target, answer.property, answer.time = asked.target, asked.property, asked.time
        _x.XSendEvent(self.display, ctypes.c_ulong(asked.requestor), 0, ctypes.c_long(0), ctypes.byref(event))
        _x.XFlush(self.display)

    def drop(self) -> None:
        """Enters, moves, lets go."""
        window, x, y = self.target()
        kind, copy = self._atom("text/uri-list").value, self._atom("XdndActionCopy").value
        self.tell(window, "XdndEnter", _VERSION << 24, kind, 0, 0)
        for _ in range(3):
            self.tell(window, "XdndPosition", 0, x << 16 | y, 0, copy)
            self.until("XdndStatus")
        self.tell(window, "XdndDrop", 0, 0, 0)
        self.until("XdndFinished")


if __name__ == "__main__":
    Source(Path(sys.argv[1])).drop()
