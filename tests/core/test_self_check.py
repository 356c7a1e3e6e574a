"""The self-check: everything at once, and never an exception."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from motionclip_blender.core import self_check as module
from motionclip_blender.core.memory import Memory, memory
from motionclip_blender.core.pack import DEFAULT_FOLDER
from motionclip_blender.core.self_check import Finding, Installation, as_text, self_check
from tests.paths import ROOT


def found(**what) -> dict[str, Finding]:
    return {finding.subject: finding for finding in self_check(Installation(**what))}


def test_all_is_well_here() -> None:
    findings = found(addon="1.2.3", blender=(4, 5, 15))
    assert {finding.state for finding in findings.values()} == {"good"}
    assert findings["MotionCLIP"].text == "1.2.3"
    assert findings["Blender"].text == "4.5.15"
    assert findings["Python"].text.startswith("3.")
    assert findings["numpy"].text[0].isdigit()
    assert findings["Model pack"].text.startswith("default ")
    assert findings["Engine"].text == "loads with the first prompt"


def test_the_engine_is_named_when_it_is_loaded() -> None:
    assert found(engine="numpy")["Engine"].text == "numpy is loaded"


def test_an_old_blender() -> None:
    finding = found(blender=(4, 1, 1))["Blender"]
    assert finding.state == "bad" and finding.text == "4.1.1 is older than 4.2; use a newer Blender."


def test_all_that_is_wrong_is_told_at_once(tmp_path) -> None:
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack")
    described = json.loads((tmp_path / "pack" / "pack.json").read_text(encoding="utf-8"))
    described["format_version"] = 99
    (tmp_path / "pack" / "pack.json").write_text(json.dumps(described), encoding="utf-8")
    (tmp_path / "body.npz").write_bytes(b"no body")
    findings = found(
        blender=(4, 1, 0), pack_folder=str(tmp_path / "pack"), body_file=str(tmp_path / "body.npz"), compute="mps"
    )
    wrong = {subject for subject, finding in findings.items() if finding.state == "bad"}
    assert wrong == {"Blender", "Model pack", "Body model", "PyTorch"}
    assert "format version 99" in findings["Model pack"].text
    assert "MPS" in findings["PyTorch"].text


@pytest.mark.parametrize("name", ["weights.safetensors", "image.safetensors"])
def test_a_flipped_bit_is_found(tmp_path, name: str) -> None:
    shutil.copytree(DEFAULT_FOLDER, tmp_path / "pack")
    path = tmp_path / "pack" / name
    data = bytearray(path.read_bytes())
    data[-1000] ^= 4
    path.write_bytes(data)
    finding = found(pack_folder=str(tmp_path / "pack"))["Model pack"]
    assert finding.state == "bad" and name in finding.text and "install the pack again" in finding.text


def test_a_text_encoder_that_is_cut_off(tmp_path, monkeypatch) -> None:
    from motionclip_blender.core.inference import text_tower

    shutil.copytree(text_tower.FOLDER, tmp_path / "tower")
    path = tmp_path / "tower" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:5000])
    real = text_tower.tower_arrays
    monkeypatch.setattr(text_tower, "tower_arrays", lambda spec: real(spec, tmp_path / "tower"))
    finding = found()["Text encoder"]
    assert finding.state == "bad" and "install the extension again" in finding.text


def test_little_memory(monkeypatch) -> None:
    monkeypatch.setattr(module, "memory", lambda: Memory(900, 120))
    assert found()["Memory"] == Finding(
        "Memory", "bad", "Only 120 MB are free, the engine takes up to 300; close other programs or files."
    )
    assert found(engine="numpy")["Memory"].state == "good"  # it is in already


def test_a_check_that_fails_is_a_finding(monkeypatch) -> None:
    def broken() -> Memory:
        raise ZeroDivisionError("odd")

    monkeypatch.setattr(module, "memory", broken)
    (finding,) = [one for one in self_check(Installation()) if one.state == "bad"]
    assert "ZeroDivisionError" in finding.text


def test_memory_is_that_of_this_process() -> None:
    used, available = memory()
    assert 10 < used < 4000
    assert available is None or available > 0


def test_memory_grows_with_what_is_held() -> None:
    # in a process of its own: one that has run other tests holds freed memory, out of which this would be served
    program = (
        "from motionclip_blender.core.memory import memory\n"
        "before = memory().used\nheld = b'x' * (80 << 20)\nprint(memory().used - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 60 < int(done.stdout) < 200


def test_the_report_marks_what_is_bad() -> None:
    text = as_text([Finding("numpy", "bad", "It is missing."), Finding("Python", "good", "3.11")])
    assert text == "! numpy: It is missing.\n  Python: 3.11\n"


@pytest.mark.parametrize("compute", ["automatic", "cpu"])
def test_it_works_without_numpy_and_torch(compute: str) -> None:
    program = (
        "import sys\nsys.modules['numpy'] = sys.modules['torch'] = None\n"
        "from motionclip_blender.core.self_check import *\n"
        f"print(as_text(self_check(Installation(compute={compute!r}))))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "! numpy: The Python that Blender runs has no numpy; install it" in done.stdout
    assert "- Body model: not looked at" in done.stdout
    assert "- Text encoder: not looked at" in done.stdout
    assert "- Model pack: default" in done.stdout
    if compute == "automatic":
        assert "  PyTorch: not there, and not needed" in done.stdout
    else:
        assert "! PyTorch: The Python that Blender runs has no torch; install it there" in done.stdout


def test_a_broken_torch_is_told(tmp_path) -> None:
    (tmp_path / "torch.py").write_text("raise OSError('libtorch_cpu.so: undefined symbol')", encoding="utf-8")
    program = (
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom motionclip_blender.core.self_check import *\n"
        "print(as_text(self_check(Installation(compute='cpu'))))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "! PyTorch: The Python package torch is there but cannot be loaded (libtorch_cpu.so" in done.stdout
    assert "bug" not in done.stdout


def test_torch_is_not_imported_where_it_is_not_wanted() -> None:
    program = (
        "import sys\nfrom motionclip_blender.core.self_check import *\nself_check(Installation())\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
