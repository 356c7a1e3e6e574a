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

names = {"bpy": bpy, "gaps": [], "rounds": [0], "sys": sys, "time": time}


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


def _redrawn() -> float:
    """Seconds that the whole window takes to be drawn once."""
    before = time.perf_counter()
    bpy.ops.wm.redraw_timer(type="DRAW_WIN_SWAP", iterations=1)
    return time.perf_counter() - before


def _in_sidebar() -> dict:
    view = _view()
    return view | {"region": next(region for region in view["area"].regions if region.type == "UI")}


def _under_mouse() -> str:
    """What the button under the mouse changes or runs, as Blender names it; "" for no button."""
    with bpy.context.temp_override(**_in_sidebar()):
        if (hovered := bpy.context.property) is not None:
            if bpy.app.version >= (5, 0):
                return hovered[1]
            # former Blenders leave the groups out in which it lies
            if bpy.ops.ui.copy_data_path_button.poll():
                bpy.ops.ui.copy_data_path_button()
                return bpy.context.window_manager.clipboard
        if bpy.ops.ui.copy_python_command_button.poll():
            bpy.ops.ui.copy_python_command_button()
            return bpy.context.window_manager.clipboard
    return ""


def _is(what: str) -> bool:
    said = _under_mouse()
    return said == what or said.startswith(f"bpy.ops.{what}" + ("" if "(" in what else "("))


def _look_for(what: str, x: int, ys: list[int]) -> None:
    """Moves the mouse to (x, y) of each y until it is over a button; then `found` is [y], or [None] at the end."""
    names["found"] = []
    window = bpy.context.window_manager.windows[0]

    def steps():
        for y in ys:
            window.cursor_warp(x, window.height - y)
            for _ in range(2):  # until Blender has heard of it
                yield
            if _is(what):
                yield
                yield
                if _is(what):
                    names["found"] = [y]
                    return
        names["found"] = [None]

    looking = steps()
    bpy.app.timers.register(lambda: _TICK if next(looking, True) is None else None)


def _scrolled() -> int:
    """Pixels of the sidebar that are above what is seen."""
    region = _in_sidebar()["region"]
    return -round(region.view2d.region_to_view(0, region.height)[1])


def _scroll(above: int) -> None:
    """Brings this many pixels of the sidebar above what is seen."""
    with bpy.context.temp_override(**_in_sidebar()):
        bpy.ops.view2d.pan(deltax=0, deltay=_scrolled() - above)


def _panels() -> list:
    """The panels in the main one that are there now, from above to below, each with those in it."""

    def within(parent: str) -> list:
        found = [
            panel
            for panel in bpy.types.Panel.__subclasses__()
            if getattr(panel, "bl_parent_id", "") == parent and panel.is_registered
        ]
        with bpy.context.temp_override(**_in_sidebar()):
            shown = [one.bl_idname for one in found if not hasattr(one, "poll") or one.poll(bpy.context)]
        order = {panel.bl_idname: getattr(panel, "bl_order", 0) for panel in found}
        return sorted(shown, key=lambda name: order[name])

    def short(name: str) -> str:
        return name.partition("_PT_")[2]

    return [(short(panel), [short(inner) for inner in within(panel)]) for panel in within("MOTIONCLIP_PT_panel")]


names |= {"look_for": _look_for, "scroll": _scroll, "scrolled": _scrolled, "panels": _panels, "redrawn": _redrawn}
names["found"] = []
_last = time.perf_counter()


def _tick() -> float:
    global _last
    now = time.perf_counter()
    names["gaps"].append(now - _last)
    names["rounds"][0] += 1
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
