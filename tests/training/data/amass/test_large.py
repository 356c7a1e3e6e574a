"""Ten hours of motion in 200 files of all rates go through a child process whose memory is looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.data.amass import made
from training.data.amass.shards import Shards

ROOT = Path(__file__).parents[4]
MOST = 1 << 30  # bytes of a process, a quarter of what 40 hours may take
# ru_maxrss of a process begins at what the process that started it held, here pytest with all that it has imported;
# VmHWM of Linux is its own. Its children begin at what this small process holds.
PROGRAM = """
import json, resource, time
from training.__main__ import main
begun = time.perf_counter()
status = main()
with open("/proc/self/status") as lines:
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
peaks = {"own": own * 1024, "children": children * 1024}
print(json.dumps({"status": status, "seconds": time.perf_counter() - begun, "peaks": peaks}))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells the peak of one process")
def test_ten_hours_in_little_memory(tmp_path):
    amass, babel = made.write_amass(tmp_path / "amass", tmp_path / "babel", files=200, seconds=180.0)
    out = tmp_path / "shards"
    script = tmp_path / "measured.py"
    script.write_text(
        "import sys\nsys.path.insert(0, sys.argv.pop(1))\nif __name__ == '__main__':\n"
        + "".join(f"    {line}\n" for line in PROGRAM.strip().splitlines())
    )
    done = subprocess.run(
        [sys.executable, script, ROOT, "prepare", "--amass", amass, "--babel", babel, "--out", out, "--workers", "2"],
        capture_output=True, text=True, timeout=3600, check=False,
    )  # fmt: skip
    shutil.rmtree(amass)  # six gigabytes
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    print(found)
    assert found["status"] == 0
    shards = Shards(out)
    assert shards.index["recordings"] == 200 and shards.index["hours"] == pytest.approx(10, abs=0.05)
    assert max(found["peaks"].values()) < MOST, found
    # what training reads of them stays on the disk until it is asked for
    assert shards.read(len(shards) - 1)[0].shape[1:] == (24, 3)
