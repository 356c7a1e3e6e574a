"""An OpenBLAS that falls back to old kernels gets those of the processor, in a process of its own."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys

import numpy as np
import pytest

from motionclip_blender.core.inference import openblas
from motionclip_blender.core.inference.openblas import kernels_of, processor_flags
from tests.paths import ROOT

LIBRARIES = openblas._libraries()
FITTING = processor_flags() >= {"avx2", "fma"}

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not LIBRARIES or not FITTING, reason="numpy is no wheel for Linux, or there is no AVX2"
)

PROGRAM = """
import ctypes, json, os, sys, threading
import numpy as np
from motionclip_blender.core.inference import openblas
library = ctypes.PyDLL(str(openblas._libraries()[0]))
random = np.random.default_rng(0)
x, y = (random.standard_normal((n, n), np.float32) for n in (300, 300))
def told():
    return [openblas.kernels_of(library), float(np.abs(x @ y - (x.astype(float) @ y)).max())]
if sys.argv[1] == "old":  # as on a processor that this OpenBLAS does not know
    os.environ["OPENBLAS_CORETYPE"] = "Prescott"
    library.gotoblas_dynamic_quit()
    library.gotoblas_dynamic_init()
    del os.environ["OPENBLAS_CORETYPE"]
before = told()
if "busy" in sys.argv:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print(json.dumps([before, openblas.fit_kernels(), told(), os.environ.get("OPENBLAS_CORETYPE")]))
"""


def done(*arguments: str, **environment: str) -> list:
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True, cwd=ROOT,
        env={"PATH": "", **environment},
    )  # fmt: skip
    assert finished.stderr == ""
    return json.loads(finished.stdout)


@pytest.fixture(autouse=True)
def can_choose_again() -> None:
    library = ctypes.PyDLL(str(LIBRARIES[0]))
    if not hasattr(library, "gotoblas_dynamic_init"):
        pytest.skip("this OpenBLAS does not choose again")


def test_kernels_of_2004_are_replaced_and_compute_the_same():
    before, chosen, after, told = done("old")
    assert before[0] == "Prescott" and chosen == after[0] in ("Haswell", "SkylakeX")
    assert before[1] < 1e-3 and after[1] < 1e-3  # of products of about 17
    assert told is None  # other programs choose for themselves


def test_kernels_that_were_told_stay():
    before, chosen, after, told = done("as it is", OPENBLAS_CORETYPE="Prescott")
    assert (before[0], chosen, after[0], told) == ("Prescott", "", "Prescott", "Prescott")


def test_with_other_threads_they_stay():
    before, chosen, after, _ = done("old", "busy")
    assert before[0] == after[0] == "Prescott" and chosen == ""


def test_kernels_of_today_stay():
    best = "Haswell"
    before, chosen, after, _ = done("as it is", OPENBLAS_CORETYPE=best)
    assert (before[0], chosen, after[0]) == (best, "", best)


def test_the_engine_asks_for_them(monkeypatch: pytest.MonkeyPatch, small_body):
    from motionclip_blender.core.engine import Engine
    from motionclip_blender.core.inference import networks

    asked = []
    monkeypatch.setattr(networks, "fit_kernels", lambda: asked.append(True) or "")
    Engine(body=small_body).load()
    assert asked


def test_an_odd_processor_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(openblas, "processor_flags", set)
    monkeypatch.setattr(openblas.threading, "active_count", lambda: 1)
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    before = kernels_of(ctypes.PyDLL(str(LIBRARIES[0])))
    assert openblas.fit_kernels.__wrapped__() == ""
    assert kernels_of(ctypes.PyDLL(str(LIBRARIES[0]))) == before
    assert ((np.ones((9, 9)) @ np.ones((9, 9))) == 9).all()
