"""Runs inside the full Blender: takes Python from the test over a socket, so that a test can look and act.

Code is run in the main thread by a timer, as a user's actions are. The same timer keeps its gaps: the longest
is how long the window stood still.
"""

import json
import socket
import sys
import time
import traceback

import bpy

_TICK = 0.01
_listener = socket.socket(socket.AF_UNIX)
_listener.bind(sys.argv[sys.argv.index("--") + 1])
_listener.listen()
_listener.setblocking(False)

names = {"bpy": bpy, "gaps": [], "sys": sys, "time": time}


def _view() -> dict:
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "WINDOW")
    return {"window": window, "area": area, "region": region}


def _answer(code: str) -> dict:
    """Runs statements; the value of a last line that is an expression goes back."""
    *body, last = code.strip("\n").split("\n")
    try:
        with bpy.context.temp_override(**_view()):
            try:
                compiled = compile(last, "test", "eval")
            except SyntaxError:
                exec(code, names)
                return {"value": None}
            exec("\n".join(body), names)
            return {"value": eval(compiled, names)}
    except Exception:
        return {"error": traceback.format_exc()}


_last = time.perf_counter()


def _tick() -> float:
    global _last
    now = time.perf_counter()
    names["gaps"].append(now - _last)
    try:
        connection, _ = _listener.accept()
    except BlockingIOError:
        pass
    else:
        with connection, connection.makefile("rw") as channel:
            answer = _answer(json.loads(channel.readline()))
            channel.write(json.dumps(answer, default=str) + "\n")
            channel.flush()
    _last = time.perf_counter()  # what the test's own code takes is no gap
    return _TICK


bpy.app.timers.register(_tick, persistent=True)
