"""Runs training in several processes, as `torchrun` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Place:
    """The rank of this process in a run, and its device."""

    rank: int = 0
    processes: int = 1
    device: torch.device = _CPU

    @property
    def leads(self) -> bool:
        """Whether this process writes logs and checkpoints."""
        return self.rank == 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """Returns the module; with several processes, one that averages its gradients over all of them."""
        if self.processes == 1:
            return module
        ids = [self.device.index] if self.device.type == "cuda" else None
        # the parts that learn change from step to step
        return DistributedDataParallel(module, device_ids=ids, find_unused_parameters=True)


@contextmanager
def joined() -> Iterator[Place]:
    """Joins the processes that `torchrun` started, and yields the place of this one.

    Without `torchrun`, the process runs alone, on the GPU if there is one.
    """
    here = int(os.environ.get("LOCAL_RANK", 0))
    device = torch.device("cuda", here) if torch.cuda.is_available() else _CPU
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if processes == 1:
        yield Place(device=device)
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Place(distributed.get_rank(), processes, device)
    finally:
        distributed.destroy_process_group()
