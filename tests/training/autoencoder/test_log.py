"""The log of a run."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")

from training.autoencoder.log import Log


def test_the_log_of_a_resumed_run_has_every_step_once(tmp_path):
    log = Log(tmp_path, 0)
    for step in (50, 100, 150):
        log.write(step, {"loss": 1.0})
    with log.path.open("a") as handle:
        handle.write('{"step": 20')  # killed while writing
    Log(tmp_path, 100).write(150, {"loss": 2.0})
    assert [json.loads(line)["step"] for line in log.path.read_text().splitlines()] == [50, 100, 150]
