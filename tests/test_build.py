"""The extension's zip."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import build
from motionclip_blender.core.errors import UserError

pytest.importorskip("bpy")

ROOT = Path(build.__file__).parent


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, built and passed by Blender's validator."""
    if not all((build.PACKAGE / asset).is_file() for asset in build.ASSETS):
        pytest.skip("the pack or the body is not built")
    return build.build(tmp_path_factory.mktemp("dist"))


def test_the_zip_is_named_after_its_version(extension: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert extension.name == f"motionclip_blender-{version}.zip"


def test_the_zip_holds_code_model_body_and_licence(extension: Path) -> None:
    names = zipfile.ZipFile(extension).namelist()
    assert {"blender_manifest.toml", "__init__.py", "LICENSE", "ui/panel.py", "core/model/network.py"} <= set(names)
    assert set(build.ASSETS) <= set(names)


def test_the_zip_holds_the_render_pipeline_where_its_launcher_finds_the_package(extension: Path) -> None:
    names = set(zipfile.ZipFile(extension).namelist())
    for path in (ROOT / "render_pipeline").rglob("*"):
        if path.suffix in {".py", ".toml"}:
            assert path.relative_to(ROOT).as_posix() in names


def test_the_zip_holds_nothing_else(extension: Path) -> None:
    for name in zipfile.ZipFile(extension).namelist():
        assert not {"__pycache__", "tests", "training"} & set(Path(name).parts)
        assert name == "LICENSE" or Path(name).suffix in {
            ".py", ".toml", ".json", ".npz", ".safetensors", ".md", ".txt"
        }  # fmt: skip


def test_two_builds_are_the_same_bytes(extension: Path, tmp_path: Path) -> None:
    assert build.build(tmp_path).read_bytes() == extension.read_bytes()


def test_a_refused_zip_leaves_the_one_before_it(extension: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = extension.read_bytes()
    broken = extension.with_name("blender_manifest.toml")
    broken.write_text(build.MANIFEST.read_text().replace('type = "add-on"', 'type = "toy"'))
    monkeypatch.setattr(build, "MANIFEST", broken)
    with pytest.raises(UserError, match="validator refuses"):
        build.build(extension.parent)
    assert extension.read_bytes() == before
    assert sorted(path.name for path in extension.parent.iterdir()) == [broken.name, extension.name]


def test_a_missing_asset_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "ASSETS", ("assets/nothing.npz",))
    with pytest.raises(UserError, match=r"nothing\.npz is missing"):
        build.build(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(ROOT / "build.py"),
        "--out",
        str(tmp_path),
        "--blender",
        str(tmp_path / "none"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 2
    assert done.stderr.startswith("build.py: ") and "Traceback" not in done.stderr
