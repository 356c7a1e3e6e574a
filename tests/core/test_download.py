"""Files from a server of the test's own: whole, resumed, broken off, wrong."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from motionclip_blender.core import clip_weights
from motionclip_blender.core import download as download_module
from motionclip_blender.core.clip_weights import PUBLISHED, ClipSource, Published, clip_file
from motionclip_blender.core.download import download
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.lock import only_one
from motionclip_blender.core.progress import Cancelled, no_progress
from tests.paths import ROOT

DATA = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(DATA).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `data` as the settings say, and notes where each request began.

    ranges: whether parts can be asked for. break_after: bytes after which a connection ends. slow: seconds between
    pieces.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.data, self.ranges, self.break_after, self.slow = DATA, True, None, 0.0
        self.status, self.kind, self.told_length = 200, "application/octet-stream", None
        self.starts: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/clip.pt"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server, start = self.server, 0
        if server.ranges and (asked := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))):
            start = int(asked[1])
        server.starts.append(start)
        if start and start >= len(server.data):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(server.data)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(206 if start else server.status)
        self.send_header("Content-Type", server.kind)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(server.data) - 1}/{len(server.data)}")
        self.send_header("Content-Length", str(server.told_length or len(server.data) - start))
        self.end_headers()
        sent = server.data[start:][: server.break_after]
        for at in range(0, len(sent), 100_000):
            try:
                self.wfile.write(sent[at : at + 100_000])
            except OSError:
                return
            time.sleep(server.slow)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def fetch(server: Server, path: Path, progress=no_progress, sha256: str = SHA256) -> None:
    download(server.url, path, sha256, "the model", progress)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


def test_a_file_comes_whole(server, tmp_path):
    told = []
    fetch(server, tmp_path / "new" / "clip.pt", lambda stage, fraction: told.append((stage, fraction)))
    assert (tmp_path / "new" / "clip.pt").read_bytes() == DATA and names(tmp_path / "new") == {"clip.pt"}
    assert all(0 <= fraction <= 1 for _, fraction in told)
    assert ("Fetching the model: 3 of 3 MB", 1.0) in told and told[-1] == ("Checking the model", 1.0)


def test_a_file_that_is_there_is_not_fetched(server, tmp_path):
    (tmp_path / "clip.pt").write_bytes(b"mine")
    fetch(server, tmp_path / "clip.pt")
    assert server.starts == [] and (tmp_path / "clip.pt").read_bytes() == b"mine"


def test_a_connection_that_breaks_off_is_taken_up_again(server, tmp_path):
    server.break_after = 700_000
    fetch(server, tmp_path / "clip.pt")
    assert (tmp_path / "clip.pt").read_bytes() == DATA
    assert server.starts == [0, 700_000, 1_400_000, 2_100_000, 2_800_000]


def test_a_server_without_ranges_begins_anew(server, tmp_path):
    server.ranges = False
    (tmp_path / "clip.pt.part").write_bytes(b"x" * 1000)
    fetch(server, tmp_path / "clip.pt")
    assert (tmp_path / "clip.pt").read_bytes() == DATA


def test_a_server_that_brings_nothing_is_given_up(server, tmp_path):
    server.break_after = 0
    (tmp_path / "clip.pt.part").write_bytes(DATA[:2_000_000])
    with pytest.raises(UserError, match=r"breaks off.*2 MB are kept"):
        fetch(server, tmp_path / "clip.pt")
    assert (tmp_path / "clip.pt.part").read_bytes() == DATA[:2_000_000] and names(tmp_path) == {"clip.pt.part"}


def test_what_was_cancelled_goes_on_where_it_stopped(server, tmp_path):
    def stop_at_a_third(stage: str, fraction: float) -> None:
        if stage.startswith("Fetching") and fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(server, tmp_path / "clip.pt", stop_at_a_third)
    assert names(tmp_path) == {"clip.pt.part"}
    have = (tmp_path / "clip.pt.part").stat().st_size
    fetch(server, tmp_path / "clip.pt")
    assert server.starts == [0, have] and have > 800_000
    assert (tmp_path / "clip.pt").read_bytes() == DATA


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_was_killed_goes_on_where_it_stopped(server, tmp_path):
    server.slow = 0.05
    program = (
        "import sys; from pathlib import Path; from motionclip_blender.core.download import download;"
        f"download({server.url!r}, Path(sys.argv[1]), {SHA256!r}, 'the model', lambda *told: None)"
    )
    part = tmp_path / "clip.pt.part"
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "clip.pt")], cwd=ROOT)
    deadline = time.monotonic() + 30
    while not (part.is_file() and part.stat().st_size > 500_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    have, server.slow = part.stat().st_size, 0.0
    assert 500_000 < have < len(DATA) and not (tmp_path / "clip.pt").exists()
    fetch(server, tmp_path / "clip.pt")
    assert server.starts == [0, have] and (tmp_path / "clip.pt").read_bytes() == DATA


def test_a_file_of_another_digest_is_thrown_away(server, tmp_path):
    with pytest.raises(UserError, match="is not the model"):
        fetch(server, tmp_path / "clip.pt", sha256="0" * 64)
    assert names(tmp_path) == set() and server.starts == [0]


@pytest.mark.parametrize("old", [b"of something else" * 1000, DATA + b"and more", bytes(len(DATA))])
def test_a_part_of_something_else_is_replaced(server, tmp_path, old):
    (tmp_path / "clip.pt.part").write_bytes(old)
    fetch(server, tmp_path / "clip.pt")
    assert (tmp_path / "clip.pt").read_bytes() == DATA and names(tmp_path) == {"clip.pt"}


def test_a_part_that_is_whole_is_only_checked(server, tmp_path):
    (tmp_path / "clip.pt.part").write_bytes(DATA)
    fetch(server, tmp_path / "clip.pt")
    assert server.starts == [len(DATA)] and (tmp_path / "clip.pt").read_bytes() == DATA


def test_a_page_in_place_of_the_file_spoils_nothing(server, tmp_path):
    server.kind, server.ranges, server.data = "text/html; charset=utf-8", False, b"<html>please log in</html>"
    (tmp_path / "clip.pt.part").write_bytes(DATA[:1_000_000])
    with pytest.raises(UserError, match="a page comes instead"):
        fetch(server, tmp_path / "clip.pt")
    assert (tmp_path / "clip.pt.part").stat().st_size == 1_000_000


@pytest.mark.parametrize("status", [403, 404, 500])
def test_what_the_server_refuses(server, tmp_path, status):
    server.status = status
    with pytest.raises(UserError, match=f"the server answers {status}"):
        fetch(server, tmp_path / "clip.pt")
    assert not (tmp_path / "clip.pt").exists() and server.starts == [0]


def test_without_a_network(tmp_path):
    with pytest.raises(UserError, match="look at the network") as caught:
        download("http://127.0.0.1:9/clip.pt", tmp_path / "clip.pt", SHA256, "the model", no_progress)
    assert "kept" not in str(caught.value)


def test_without_room(server, tmp_path, monkeypatch):
    server.told_length = 1_900_000_000
    usage = download_module.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(download_module.shutil, "disk_usage", lambda folder: usage._replace(free=60_000_000))
    with pytest.raises(UserError, match=r"has no room for the model \(1900 MB\)"):
        fetch(server, tmp_path / "clip.pt")


def test_a_file_without_end(server, tmp_path):
    server.told_length = 10**13
    with pytest.raises(UserError, match="has 10000 GB"):
        fetch(server, tmp_path / "clip.pt")


def test_a_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="Cannot write"):
        fetch(server, tmp_path / "file" / "clip.pt")


def test_two_at_a_time(server, tmp_path):
    with only_one(tmp_path), pytest.raises(UserError, match="Another run"):
        fetch(server, tmp_path / "clip.pt")


# --- where CLIP's weights come from


@pytest.fixture
def published(server, monkeypatch, tmp_path):
    """The small file of the test's server in place of OpenAI's."""
    monkeypatch.setitem(PUBLISHED, ("small", "test"), Published(server.url, SHA256, "the small CLIP"))
    monkeypatch.setattr(clip_weights, "_open_clips_cache", lambda: tmp_path / "theirs")
    return server


def asked(source: ClipSource) -> Path:
    return clip_file("small", "test", source, no_progress)


def test_a_named_file_comes_first(published, tmp_path):
    (tmp_path / "mine.pt").write_bytes(b"mine")
    assert asked(ClipSource(tmp_path / "mine.pt", tmp_path, allowed=True)) == tmp_path / "mine.pt"
    with pytest.raises(UserError, match=r"no file .*none\.pt"):
        asked(ClipSource(tmp_path / "none.pt", tmp_path, allowed=True))
    assert published.starts == []


def test_nothing_is_fetched_without_consent(published, tmp_path):
    with pytest.raises(UserError, match=r"weights of small \(test\) are not here.*--download.*clip\.pt"):
        asked(ClipSource(folder=tmp_path / "cache"))
    assert published.starts == [] and not (tmp_path / "cache").exists()


def test_it_is_fetched_once(published, tmp_path):
    source = ClipSource(folder=tmp_path / "cache", allowed=True)
    assert asked(source) == tmp_path / "cache" / "clip.pt" == asked(ClipSource(folder=tmp_path / "cache"))
    assert published.starts == [0]


def test_what_open_clip_has_fetched_is_used_if_it_is_whole(published, tmp_path):
    theirs = tmp_path / "theirs" / "clip.pt"
    theirs.parent.mkdir()
    theirs.write_bytes(DATA[:-1])
    with pytest.raises(UserError, match="are not here"):
        asked(ClipSource(folder=tmp_path / "cache"))
    theirs.write_bytes(DATA)
    assert asked(ClipSource(folder=tmp_path / "cache")) == theirs


def test_weights_that_nobody_publishes_have_to_be_named():
    with pytest.raises(UserError, match=r"small \(private\) are not here; choose"):
        clip_file("small", "private", ClipSource(allowed=True), no_progress)


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_the_cache_is_the_users(system, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert clip_weights.user_cache().name == "motionclip-blender"


@pytest.mark.slow
def test_the_address_and_the_digest_are_open_clips():
    from importlib.util import find_spec

    if not find_spec("open_clip"):
        pytest.skip("needs open_clip_torch")
    from motionclip_blender.core.model.clip import _declare_torchvision_ops

    _declare_torchvision_ops()
    from open_clip.pretrained import get_pretrained_cfg

    for (model, pretrained), ours in PUBLISHED.items():
        url = get_pretrained_cfg(model, pretrained)["url"]
        assert ours.url == url and ours.sha256 == url.split("/")[-2] and ours.file == "ViT-B-32.pt"
