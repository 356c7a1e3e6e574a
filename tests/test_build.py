"""The extension's zip."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import build
from motionclip_blender.core.errors import UserError
from tests.paths import ROOT

pytest.importorskip("bpy")


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, built and passed by Blender's validator."""
    if not all((build.PACKAGE / asset).is_file() for asset in build.ASSETS):
        pytest.skip("the pack or the body is not built")
    return build.build(tmp_path_factory.mktemp("dist"))


def test_the_zip_is_named_after_its_version(extension: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert extension.name == f"motionclip-{version}.zip"


def test_the_zip_holds_code_model_body_and_licence(extension: Path) -> None:
    names = zipfile.ZipFile(extension).namelist()
    expected = {"blender_manifest.toml", "__init__.py", "LICENSE", "ui/generate/panel.py", "core/model/network.py"}
    assert expected <= set(names)
    assert set(build.ASSETS) <= set(names)


def test_the_zip_holds_the_render_pipeline_where_its_launcher_finds_the_package(extension: Path) -> None:
    names = set(zipfile.ZipFile(extension).namelist())
    for path in (ROOT / "render_pipeline").rglob("*"):
        if path.suffix in {".py", ".toml"}:
            assert path.relative_to(ROOT).as_posix() in names


def test_the_zip_holds_nothing_else(extension: Path) -> None:
    for name in zipfile.ZipFile(extension).namelist():
        assert not {"__pycache__", "tests", "training"} & set(Path(name).parts)
        assert Path(name).name == "LICENSE" or Path(name).suffix in {
            ".py", ".toml", ".json", ".npz", ".safetensors", ".md", ".txt"
        }  # fmt: skip


def test_the_zip_holds_the_text_tower_and_its_licence(extension: Path) -> None:
    with zipfile.ZipFile(extension) as archive:
        licence = archive.read("assets/text_tower/LICENSE").decode()
        notice = archive.read("assets/text_tower/NOTICE.txt").decode()
        tower = json.loads(archive.read("assets/text_tower/tower.json"))
        vocabulary = archive.read("assets/text_tower/vocab.txt").decode().splitlines()
    assert "Apache License" in licence and "Version 2.0" in licence and "END OF TERMS AND CONDITIONS" in licence
    assert tower["licence"] == "Apache-2.0" and tower["name"] in notice and "Changes:" in notice
    assert len(vocabulary) > 30_000 and "[CLS]" in vocabulary


def test_one_zip_serves_every_system(extension: Path) -> None:
    manifest = tomllib.loads(zipfile.ZipFile(extension).read("blender_manifest.toml").decode())
    assert not {"wheels", "platforms", "blender_version_max"} & set(manifest)
    assert manifest["blender_version_min"] == "4.2.0"
    assert extension.stat().st_size <= 60_000_000


def test_the_manifest_keeps_the_rules_of_the_platform(extension: Path) -> None:
    manifest = tomllib.loads(zipfile.ZipFile(extension).read("blender_manifest.toml").decode())
    assert "blender" not in (manifest["id"] + manifest["name"]).lower()
    assert set(manifest["permissions"]) == {"files", "network"}
    for reason in manifest["permissions"].values():
        assert len(reason) <= 64 and reason[-1].isalnum()


def test_a_zip_that_grew_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LARGEST", 1_000_000)
    with pytest.raises(UserError, match=r"The zip has \d+\.\d MB, over 1"):
        build.build(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_index_lists_this_zip_alone(extension: Path, tmp_path: Path) -> None:
    (tmp_path / "another-1.0.0.zip").write_bytes(extension.read_bytes())
    copy = tmp_path / extension.name
    copy.write_bytes(extension.read_bytes())
    (entry,) = json.loads(build.write_index(copy).read_text())["data"]
    assert entry["id"] == "motionclip" and entry["archive_url"] == f"./{extension.name}"
    assert entry["archive_size"] == copy.stat().st_size
    assert entry["archive_hash"] == f"sha256:{hashlib.sha256(copy.read_bytes()).hexdigest()}"


@pytest.mark.parametrize("url", ["https://render.example/blender", "https://render.example/blender/"])
def test_the_index_of_zips_that_are_served_elsewhere(extension: Path, tmp_path: Path, url: str) -> None:
    copy = tmp_path / extension.name
    copy.write_bytes(extension.read_bytes())
    (entry,) = json.loads(build.write_index(copy, url).read_text())["data"]
    assert entry["archive_url"] == f"https://render.example/blender/{extension.name}"


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


def test_a_url_without_an_index_is_a_mistake(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "build.py"), "--out", str(tmp_path), "--url", "https://render.example"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "add --index" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_pack_without_a_file_that_it_names_stops_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = tmp_path / "package" / build.PACK / "pack.json"
    described.parent.mkdir(parents=True)
    described.write_text('{"checksums": {"pack.json": "", "details.safetensors": ""}}')
    monkeypatch.setattr(build, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(build, "ASSETS", ())
    with pytest.raises(UserError, match=r"details\.safetensors is missing"):
        build.build(tmp_path)
    assert not list(tmp_path.glob("*.zip"))
