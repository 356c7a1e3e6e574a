"""Logs a run: one JSON line a step in `log.jsonl`, and the same values to TensorBoard where it is installed."""

from __future__ import annotations

import json
import time
from pathlib import Path

from motionclip_blender.core.files import write_whole
from motionclip_blender.core.json_text import parsed_json


class Log:
    """Appends to a run's log.

    A resumed run removes the lines after its checkpoint, because those steps are repeated.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self.path = folder / "log.jsonl"
        self._started = time.monotonic()
        if self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines()
            kept = "".join(f"{line}\n" for line in lines if _step(line) <= step)
            with write_whole(self.path) as handle:
                handle.write(kept.encode())
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:  # an optional dependency
            self._board = None
        else:
            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

    def write(self, step: int, values: dict[str, float]) -> None:
        entry = {"step": step, "seconds": round(time.monotonic() - self._started, 1)}
        entry |= {name: round(float(value), 5) for name, value in values.items()}
        with self.path.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps(entry) + "\n")
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)


def _step(line: str) -> int:
    try:
        return int(parsed_json(line)["step"])
    except (ValueError, KeyError, TypeError):  # a line cut off when the run was killed
        return 2**62
