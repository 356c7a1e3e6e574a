"""A Ray cluster of two nodes on this machine renders the frames that one worker does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import ROOT, assert_same, call, command, read
from .test_run import double


def test_an_address_that_does_not_answer(motions: Path, tmp_path: Path):
    pytest.importorskip("ray")
    for address in ("127.0.0.1:1", "auto", "nonsense"):
        done = call(motions, tmp_path / "out", "--ray", address)
        assert done.returncode == 2, done.stderr
        assert f"No Ray cluster answers at {address}" in done.stderr
        assert "Traceback" not in done.stderr


def test_ray_is_not_installed(motions: Path, tmp_path: Path):
    (tmp_path / "ray.py").write_text("raise ImportError('no ray')")
    done = call(motions, tmp_path / "out", "--ray", "auto", environment={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "Ray is not installed" in done.stderr


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A head and a second node, one core each."""
    pytest.importorskip("ray")
    from ray.cluster_utils import Cluster

    options = {"num_cpus": 1, "object_store_memory": 100_000_000, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=options)
    cluster.add_node(num_cpus=1, object_store_memory=100_000_000)
    cluster.wait_for_nodes()
    yield cluster.address
    cluster.shutdown()


@pytest.mark.slow
def test_two_nodes_make_the_same_frames(address: str, motions: Path, rendered: Path, tmp_path: Path):
    done = call(motions, tmp_path / "out", "--ray", address)
    assert done.returncode == 0, done.stderr
    for path in rendered.iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_a_killed_coordinator_s_frames_are_finished_by_the_next(
    address: str, motions: Path, rendered: Path, tmp_path: Path
):
    out = tmp_path / "out"
    process = subprocess.Popen(command(motions, out, "--ray", address), cwd=ROOT, stderr=subprocess.DEVNULL)
    while not list(out.glob("frames-*.json")):
        assert process.poll() is None
    process.kill()
    process.wait()
    done = call(motions, out, "--ray", address)
    assert done.returncode == 0, done.stderr
    assert_same(read(out), read(rendered))


@pytest.mark.slow
def test_a_blender_that_a_node_has_not(address: str, motions: Path, tmp_path: Path):
    done = call(motions, tmp_path / "out", "--ray", address, "--blender", "/nowhere/blender")
    assert done.returncode == 2
    assert "no Blender program /nowhere/blender" in done.stderr


@pytest.mark.slow
def test_crashes_on_a_node_are_made_good(address: str, motions: Path, rendered: Path, tmp_path: Path):
    blender = double(tmp_path, "once", "b/walk")
    done = call(motions, tmp_path / "out", "--ray", address, "--blender", blender)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "happened").exists()
    assert_same(read(tmp_path / "out"), read(rendered))
