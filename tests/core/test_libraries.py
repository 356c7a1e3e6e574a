"""What a user is told about a package that is missing or broken: real imports, of packages made for the test."""

from __future__ import annotations

import subprocess
import sys

import pytest

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.libraries import check_numpy, failed_import
from tests.paths import ROOT


def told(program: str) -> str:
    """The sentence about what an import raises, in a Python of its own."""
    code = (
        "import sys\nfrom motionclip_blender.core.libraries import check_numpy, failed_import\n"
        "from motionclip_blender.core.errors import UserError\n"
        f"def run():\n{''.join(f'    {line}' + chr(10) for line in program.splitlines())}"
        "try:\n    run()\nexcept UserError as error:\n    print(error)\n"
        "except Exception as error:\n    print(failed_import(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a package of one module, to be imported as "brokenpackage"."""

    def make(source: str) -> str:
        (tmp_path / "brokenpackage.py").write_text(source, encoding="utf-8")
        return f"sys.path.insert(0, {str(tmp_path)!r})\nimport brokenpackage"

    return make


def test_numpy_is_there() -> None:
    check_numpy()


def test_no_numpy() -> None:
    sentence = told("sys.modules['numpy'] = None\ncheck_numpy()")
    assert sentence == (
        "The Python that Blender runs has no numpy; install it (on Debian and Ubuntu by: sudo apt install "
        "python3-numpy) and try again."
    )


def test_no_numpy_found_out_by_a_module_of_the_add_on() -> None:
    assert "has no numpy" in told("sys.modules['numpy'] = None\nimport motionclip_blender.core.motion")


def test_an_old_numpy() -> None:
    sentence = told("import numpy\nnumpy.__version__ = '1.19.5'\ncheck_numpy()")
    assert sentence.startswith("numpy 1.19.5 is too old, 1.24 is the oldest that does; update it")


@pytest.mark.parametrize("kind", ["ImportError", "OSError", "RuntimeError", "AttributeError"])
def test_a_package_that_breaks_while_it_is_imported(package, kind: str) -> None:
    sentence = told(package(f"raise {kind}('libx.so.1: cannot open\\n shared object')"))
    assert sentence == (
        "The Python package brokenpackage is there but cannot be loaded (libx.so.1: cannot open shared object); "
        "install it anew for the Python that Blender runs, and start Blender again."
    )


def test_a_package_that_lacks_another(package) -> None:
    sentence = told(package("import nosuchpackage"))
    assert "brokenpackage is there but cannot be loaded (No module named 'nosuchpackage')" in sentence


def test_a_package_that_is_not_there() -> None:
    assert told("import nosuchpackage.part") == (
        "The Python that Blender runs has no nosuchpackage; install it there and try again."
    )


@pytest.mark.parametrize("kind", ["ImportError", "OSError", "RuntimeError"])
def test_an_import_that_is_stopped_before_the_package_is_found(kind: str) -> None:
    program = (
        "class Stop:\n    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == 'torchlike': raise {kind}('stopped')\n"
        "sys.meta_path.insert(0, Stop())\nimport torchlike"
    )
    sentence = told(program)
    assert "cannot be loaded (stopped)" in sentence
    assert "bug" not in sentence


def test_a_long_error_is_cut(package) -> None:
    assert len(told(package("raise ImportError('x' * 4000)"))) < 400


def test_files_of_two_versions() -> None:
    sentence = told("from motionclip_blender.core.errors import WhatALaterVersionHas")
    assert sentence.startswith("The add-on's files are not all of one version; remove the add-on")


def test_what_is_no_import_is_none_of_it() -> None:
    try:
        raise RuntimeError("of the work itself")
    except RuntimeError as error:
        assert failed_import(error) is None


def test_an_error_in_a_library_at_work_is_no_failing_import() -> None:
    import json

    try:
        json.loads("{")
    except ValueError as error:
        assert failed_import(error) is None


def test_a_failing_import_is_something_to_mend() -> None:
    with pytest.raises(UserError):
        raise failed_import(ModuleNotFoundError("No module named 'x'", name="x"))
