"""Reads pickles of tensors without running any code of them.

A pickle is a program for a machine with a stack. `read` is such a machine that can only build plain values. A name of a
class or a function is looked up in the caller's table, never imported. A name that is not in the table raises an error,
and so does every operation that would call, import or change a Python object.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Call = Callable[..., Any]

_MOST_OPERATIONS = 5_000_000  # the largest networks take some ten thousand
_LONGEST_NAME = 100  # characters of a name in a message
_VALUES = {
    "NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "STRING", "SHORT_BINSTRING", "BINSTRING",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8",
}  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_EMPTY = {"EMPTY_DICT": dict, "EMPTY_LIST": list}


class RefusedPickle(ValueError):
    """The pickle holds a name or an operation that only a program needs. The message says which."""


class DamagedPickle(ValueError):
    """The pickle is cut off, or is no pickle. The message says what is wrong."""


@dataclass(eq=False)
class Instance:
    """A stand-in for an object of a class: its attributes, as they were stored."""

    attributes: Any = field(default_factory=dict)


class _Mark:
    """Marks on the stack where a list, tuple or dictionary begins."""


@dataclass(frozen=True)
class _Class:
    """A stand-in for a class; its objects become `Instance`."""


CLASS = _Class()
"""Stands for a class in what `find` returns: its objects are kept as `Instance`."""


def read(data: bytes, find: Callable[[str, str], Call | _Class | None], persistent: Call) -> Any:
    """Returns the value that a pickle describes.

    Raises `RefusedPickle` and `DamagedPickle`, and what `find` and `persistent` raise.
    find: takes (module, name) and returns the caller's function to call for the name, `CLASS`, or None to refuse it.
    persistent: called with each value that the pickle stores elsewhere.
    """
    machine = _Machine(find, persistent)
    try:
        for count, (operation, argument, _) in enumerate(pickletools.genops(data)):
            if count > _MOST_OPERATIONS:
                raise DamagedPickle("it has too many parts")
            machine.step(operation.name, argument)
        return machine.result
    except (RefusedPickle, DamagedPickle):
        raise
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise DamagedPickle(f"its list of contents is damaged ({type(error).__name__})") from error


class _Machine:
    """The stack and the memo of a pickle that is being read."""

    def __init__(self, find: Callable[[str, str], Call | _Class | None], persistent: Call) -> None:
        self.result: Any = None
        self._find, self._persistent = find, persistent
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def step(self, name: str, argument: Any) -> None:
        """Runs one operation, by pickletools' name of it."""
        stack = self._stack
        if name in _VALUES:
            stack.append(_CONSTANTS.get(name, argument))
        elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
            self._memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET", "GET"):
            stack.append(self._memo[argument])
        elif name == "MARK":
            stack.append(_Mark)
        elif name in ("TUPLE", "LIST"):
            found = self._since_mark()
            stack.append(tuple(found) if name == "TUPLE" else found)
        elif name in _TUPLES:
            stack[-_TUPLES[name] :] = [tuple(self._last(_TUPLES[name]))]
        elif name == "EMPTY_TUPLE":
            stack.append(())
        elif name in _EMPTY:
            stack.append(_EMPTY[name]())
        elif name == "DICT":
            stack.append(_filled({}, self._since_mark()))
        elif name in ("APPEND", "APPENDS"):
            found = [stack.pop()] if name == "APPEND" else self._since_mark()
            _checked(stack[-1], list).extend(found)
        elif name in ("SETITEM", "SETITEMS"):
            found = [stack.pop() for _ in range(2)][::-1] if name == "SETITEM" else self._since_mark()
            _filled(_checked(stack[-1], dict), found)
        elif name == "GLOBAL":
            self._name(*argument.split(" ", 1))
        elif name == "STACK_GLOBAL":
            what, module = stack.pop(), stack.pop()
            self._name(_checked(module, str), _checked(what, str))
        elif name in ("REDUCE", "NEWOBJ"):
            self._call(_checked(stack.pop(), tuple))
        elif name == "BUILD":
            self._build(stack.pop())
        elif name == "BINPERSID":
            stack.append(self._persistent(stack.pop()))
        elif name == "STOP":
            (self.result,) = stack
        elif name not in ("PROTO", "FRAME"):
            raise RefusedPickle(f"the operation {name}")

    def _since_mark(self) -> list[Any]:
        """Pops the values since the last mark off the stack, and the mark."""
        at = len(self._stack) - 1
        while self._stack[at] is not _Mark:
            at -= 1
            if at < 0:
                raise DamagedPickle("its list of contents is damaged")
        found = self._stack[at + 1 :]
        del self._stack[at:]
        return found

    def _last(self, count: int) -> list[Any]:
        if len(self._stack) < count or any(value is _Mark for value in self._stack[-count:]):
            raise DamagedPickle("its list of contents is damaged")
        return self._stack[-count:]

    def _name(self, module: str, name: str) -> None:
        found = self._find(module, name)
        if found is None:
            raise RefusedPickle(f"{module}.{name}"[:_LONGEST_NAME])
        self._stack.append(_Named(found))

    def _call(self, arguments: tuple[Any, ...]) -> None:
        """Calls the name on the stack, which is one of the caller's functions; a class gives an instance of it."""
        meant = _checked(self._stack.pop(), _Named).meaning
        self._stack.append(Instance() if meant is CLASS else meant(*arguments))

    def _build(self, state: Any) -> None:
        """Sets the state of the object on the stack. The state of dictionaries and functions' results is skipped."""
        if isinstance(self._stack[-1], Instance):
            self._stack[-1].attributes = state
        elif self._stack[-1] is _Mark or isinstance(self._stack[-1], _Named):
            raise RefusedPickle("a change of a class or function")


@dataclass(frozen=True, eq=False)
class _Named:
    """A name on the stack, which only the pickle can call."""

    meaning: Call | _Class


def _checked(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise DamagedPickle("its list of contents is damaged")
    return value


def _filled(target: dict[Any, Any], flat: list[Any]) -> dict[Any, Any]:
    """Fills `target` with keys and values that alternate in a list, and returns it."""
    if len(flat) % 2:
        raise DamagedPickle("its list of contents is damaged")
    for key, value in zip(flat[::2], flat[1::2], strict=True):
        if not isinstance(key, str | int | float | bool | bytes | None):
            raise RefusedPickle(f"a dictionary's key of the kind {type(key).__name__}")
        target[key] = value
    return target
