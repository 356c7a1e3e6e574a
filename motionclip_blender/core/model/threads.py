"""Sets how many threads torch computes with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

Given = TypeVar("Given")
Made = TypeVar("Made")


@contextmanager
def one_thread() -> Iterator[None]:
    """Lets this thread compute alone inside the block.

    The layers of these networks take a tenth of a millisecond each. Two threads do not finish them sooner, and whenever
    another program or Blender's own drawing takes one of the cores, both wait for it at every layer: on two busy cores
    a motion of 60 frames takes 6 ms with one thread, and up to half a second with two.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def alone(work: Callable[[Given], Made], given: Given) -> Made:
    """Returns the result of `work` for `given`, computed by this thread alone."""
    with one_thread():
        return work(given)
