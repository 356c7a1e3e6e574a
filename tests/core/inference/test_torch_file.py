"""PyTorch's files, read without PyTorch: what comes out, what is refused, and that nothing of them runs."""

from __future__ import annotations

import collections
import pickle
import struct
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

if not find_spec("torch"):
    pytest.skip("needs torch, which writes the files", allow_module_level=True)

import torch

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.inference.torch_file import is_torch_file, read_tensors

KINDS = ("float32", "float16", "float64", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


def saved(path: Path, value: object, **how: object) -> Path:
    torch.save(value, path, **how)
    return path


def as_numpy(tensor) -> np.ndarray:
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).detach().numpy()


def test_a_module_s_state_is_what_torch_reads(tmp_path):
    torch.manual_seed(0)
    module = torch.nn.TransformerEncoderLayer(16, 2, 32)
    found = read_tensors(saved(tmp_path / "a.pth", module.state_dict()))
    assert list(found) == list(module.state_dict())
    for name, tensor in module.state_dict().items():
        assert np.array_equal(found[name], as_numpy(tensor)) and found[name].dtype == np.float32
        assert not found[name].flags.writeable


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_kind_of_number_by_every_protocol(tmp_path, kind, protocol):
    tensor = torch.tensor([[0, 1, 100], [-3, 7, 2]]).to(getattr(torch, kind))
    path = saved(tmp_path / "a.pt", {"x": tensor, "p": torch.nn.Parameter(torch.ones(2))}, pickle_protocol=protocol)
    found = read_tensors(path)
    assert np.array_equal(found["x"], as_numpy(tensor)) and found["x"].dtype == as_numpy(tensor).dtype
    assert found["p"].tolist() == [1, 1]


def test_views_of_one_storage(tmp_path):
    base = torch.arange(24.0).reshape(4, 6)
    views = {"t": base.t(), "part": base[1:3, ::2], "row": base[2], "one": base[3, 5], "none": base[:0], "base": base}
    found = read_tensors(saved(tmp_path / "a.pt", views))
    for name, view in views.items():
        assert np.array_equal(found[name], view.numpy()) and found[name].shape == tuple(view.shape)


def test_names_of_what_lies_in_each_other(tmp_path):
    value = {"state": collections.OrderedDict(a=torch.zeros(1), b=[torch.ones(1), {"c": torch.ones(2)}]),
             "epoch": 3, "lr": 1e-4, "note": "text", "none": None, "done": True}  # fmt: skip
    assert list(read_tensors(saved(tmp_path / "a.pt", value))) == ["state.a", "state.b.0", "state.b.1.c"]


def test_only_the_chosen_are_read(tmp_path):
    path = saved(tmp_path / "a.pt", {"a": torch.zeros(3), "b": torch.ones(3, 2)})
    shapes = {}
    assert list(read_tensors(path, lambda found: shapes.update(found) or ["b"])) == ["b"]
    assert shapes == {"a": (3,), "b": (3, 2)}


class Block(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.LayerNorm(4))
        self.register_buffer("size", torch.tensor(224))
        self.sizes, self.scale = [3, 4], 0.5
        self.free = torch.nn.Parameter(torch.randn(2, 2))

    def forward(self, x):
        return self.inner(x) * self.scale + self.sizes[0]


@pytest.mark.parametrize("traced", [False, True])
def test_torchscript_archives(tmp_path, traced):
    module = Block().half()
    archive = torch.jit.trace(module, torch.zeros(1, 3).half()) if traced else torch.jit.script(module)
    torch.jit.save(archive, tmp_path / "a.pt")
    found = read_tensors(tmp_path / "a.pt")
    assert found.keys() == module.state_dict().keys()
    assert all(np.array_equal(found[name], tensor.numpy()) for name, tensor in module.state_dict().items())
    assert found["free"].dtype == np.float16


def test_files_without_checksums(tmp_path):
    torch.serialization.set_crc32_options(False)
    try:
        saved(tmp_path / "a.pt", {"a": torch.tensor([1.5, -2])})
    finally:
        torch.serialization.set_crc32_options(True)
    assert read_tensors(tmp_path / "a.pt")["a"].tolist() == [1.5, -2]


def test_numbers_of_the_other_byte_order(tmp_path):
    tensors = {"a": torch.tensor([1.5, -2]), "h": torch.tensor([3.5], dtype=torch.bfloat16)}
    records = contents(saved(tmp_path / "a.pt", tensors))
    swapped = records | {"a/byteorder": b"big", "a/data/0": struct.pack(">2f", 1.5, -2), "a/data/1": b"\x40\x60"}
    found = read_tensors(zipped(tmp_path / "b.pt", swapped))
    assert found["a"].tolist() == [1.5, -2] and found["h"].tolist() == [3.5]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, records: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in records.items():
            archive.writestr(name, data)
    return path


class Runs:
    """Makes a file when it is unpickled by Python's own unpickler."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def refused(path: Path, match: str = ".") -> str:
    """What the one sentence says, which names the file."""
    with pytest.raises(UserError, match=match) as caught:
        read_tensors(path)
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text and str(path) in text
    return text


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("place", ["beside", "key", "argument", "whole"])
def test_nothing_of_a_pickle_runs(tmp_path, protocol, place):
    target = tmp_path / "made"
    evil = Runs(target)
    value = {"beside": {"w": [1.0], "x": evil}, "key": {(evil,): 1}, "argument": collections.OrderedDict(a=evil),
             "whole": evil}[place]  # fmt: skip
    data = pickle.dumps(value, protocol)
    pickle.loads(data)
    assert target.exists(), "the pickle does run"
    target.unlink()
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": data, "a/version": b"3"}), "holds more than tensors|damaged")
    assert not target.exists()


PROGRAMS = {
    "import and call": b"cbuiltins\neval\n(X\x03\x00\x00\x001+1tR.",
    "instance by name": b"(X\x02\x00\x00\x00lsios\nsystem\n.",
    "object": b"(cos\nsystem\nX\x02\x00\x00\x00lso.",
    "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.",
    "extension": b"\x80\x02\x82\x01.",
    "class of a harmless module": b"\x80\x02ctorch\nload\n)R.",
    "module's attribute": b"\x80\x02ctorch._utils\n__builtins__\n.",
    "name with dots": b"\x80\x04\x8c\x0ccollections\x8c\x14OrderedDict.__init__\x93.",
    "state of a function": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\x01\x00\x00\x00aK\x01sb.",
    "state of a class": b"\x80\x02c__torch__.A\nB\nN}X\x08\x00\x00\x00__call__K\x01s\x86b.",
    "class call with keywords": b"\x80\x04c__torch__.A\nB\n)}\x92.",
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_programs_are_refused(tmp_path, program):
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": program}))


def test_what_is_refused_is_named(tmp_path):
    import argparse

    path = saved(tmp_path / "a.pt", {"state_dict": {"a": torch.ones(1)}, "args": argparse.Namespace(lr=1)})
    assert "argparse.Namespace" in refused(path, "holds more than tensors")


def described(shape, strides, *, offset=0, length=4, key="0", kind="FloatStorage", more=b"") -> bytes:
    """A pickle of {"x": a tensor} described by these numbers."""

    def number(n):
        return pickle.dumps(n, 2)[2:-1]

    def row(values):
        return b"(" + b"".join(map(number, values)) + b"t"

    storage = b"(" + number("storage") + b"ctorch\n%s\n" % kind.encode() + number(key) + number("cpu")
    tensor = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(length) + b"tQ" + number(offset)
    tensor += row(shape) + row(strides) + b"\x89ccollections\nOrderedDict\n)RtR"
    return b"\x80\x02}" + number("x") + tensor + b"s" + more + b"."


def test_the_pickle_made_here_is_torch_s(tmp_path):
    records = {"a/data.pkl": described((2, 2), (2, 1)), "a/data/0": np.arange(4, dtype="f4").tobytes()}
    assert read_tensors(zipped(tmp_path / "a.pt", records))["x"].tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    "pickled",
    [
        described((5,), (1,)),
        described((4,), (1,), offset=1),
        described((2, 2), (3, 1)),
        described((10**6, 10**6), (10**6, 1), length=10**12),
        described((10**6, 10**6), (0, 0)),
        described((10**12,), (0,)),
        described((2, 2), (-1, 1), offset=2),
        described((2,), (1,), offset=-1),
        described((-2, -2), (1, 1)),
        described((2, 2), (1,)),
        described((2.0,), (1,)),
        described((True,), (1,)),
        described((0, 1 << 70), (1, 1)),
        described((2,), (1 << 62,)),
        described((1,) * 40, (1,) * 40),
        described((4,), (1,), length=8),
        described((2,), (1,), length=2),
        described((2,), (1,), length=-4),
        described((2,), (1,), length=1 << 80),
        described((4,), (1,), key="1"),
        described((4,), (1,), key="../version"),
        described((4,), (1,), key=0),
        described((4,), (1,), kind="DoubleStorage"),
        described((4,), (1,), kind="QInt8Storage"),
        described((4,), (1,), kind="Tensor"),
        described((4,), (1,), more=b"0"),
        described((4,), (1,), more=b"(((("),
        described((4,), (1,))[:-9] + b".",
        described((4,), (1,))[:-1],
        b"\x80\x02]q\x00h\x00a.",
        b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.",
        b"\x80\x02}X\x01\x00\x00\x00aK\x01s.",
        b"\x80\x02K\x01.",
        b"\x80\x02}(X\x01\x00\x00\x00au.",
        b"t.",
        b"h\x05.",
        b"\x80\x02X\xff\xff\xff\x7fa.",
        b"\x80\x02\x8b\xff\xff\xff\x7fa.",
        b"",
        b"\x00" * 100,
    ],
)
def test_descriptions_that_cannot_be_are_refused(tmp_path, pickled):
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": pickled, "a/data/0": bytes(16), "a/version": b"3\n"}))


@pytest.mark.parametrize(
    ("pickled", "says"),
    [
        (described((2, 2), (-1, 1), offset=2), "a tensor's shape cannot be"),
        (described((5,), (1,)), "larger than what is stored of it"),
        (described((4,), (1,), key=0), "a storage is not described as PyTorch does"),
    ],
)
def test_what_is_damaged_is_said(tmp_path, pickled, says):
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": pickled, "a/data/0": bytes(16)}), says)


def test_names_without_end_are_refused(tmp_path):
    """Thirty dictionaries, each holding the next twice, have a billion names."""
    value: dict = {"w": 1}
    for _ in range(30):
        value = {"a": value, "b": value}
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": pickle.dumps(value, 2)}), "without end")
    wide = {"a" * 900: {str(i): [1] for i in range(1000)}, "b" * 2000: 1}
    refused(zipped(tmp_path / "a.pt", {"a/data.pkl": pickle.dumps(wide, 2)}), "without end")


def test_files_that_are_cut_off_are_refused(tmp_path):
    data = saved(tmp_path / "a.pt", {"a": torch.arange(1000.0), "b": torch.ones(3)}).read_bytes()
    path = tmp_path / "cut.pt"
    for length in [0, 1, 2, 4, 30, *range(64, len(data), 97), len(data) - 1]:
        path.write_bytes(data[:length])
        refused(path)


def test_altered_bytes_are_found_or_change_nothing(tmp_path):
    rng = np.random.default_rng(0)
    data = saved(tmp_path / "a.pt", {"a": torch.arange(50.0)}).read_bytes()
    path, whole = tmp_path / "b.pt", np.arange(50, dtype=np.float32)
    for _ in range(400):
        altered = bytearray(data)
        for at in rng.integers(0, len(data), 2):
            altered[at] ^= 1 << rng.integers(8)
        path.write_bytes(altered)
        try:
            found = read_tensors(path)
        except UserError:
            continue
        assert list(found) == ["a"] and np.array_equal(found["a"], whole)


@pytest.mark.parametrize("name", ["a/data.pkl", "a/data/0"])
def test_compressed_records_are_refused(tmp_path, name):
    """A bomb of 200 MB in 200 KB."""
    records = {"a/data.pkl": described((4,), (1,)), "a/data/0": bytes(16)}
    records[name] = records[name].ljust(200_000_000, b"\0")
    refused(zipped(tmp_path / "a.pt", records, zipfile.ZIP_DEFLATED), "compressed")


def test_records_that_hold_each_other_are_refused(tmp_path):
    """Each of a hundred would be read with all that follow it."""
    path = tmp_path / "a.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", described((4,), (1,)))
        for i in range(100):
            archive.writestr(f"a/data/{i}", bytes(1000))
        for entry in archive.infolist()[1:]:
            entry.file_size = entry.compress_size = archive.fp.tell() - entry.header_offset - 40
    refused(path, "larger than the file")


@pytest.mark.parametrize("records", [{"x/y": b"1"}, {"data.pkl": b"N."}, {"a/data.pkl": b"N.", "b/data.pkl": b"N."}])
def test_other_zips_are_refused(tmp_path, records):
    refused(zipped(tmp_path / "a.zip", records), "none of PyTorch's")


@pytest.mark.parametrize("protocol", [2, 4])
def test_the_old_format_is_refused_with_what_to_do(tmp_path, protocol):
    path = saved(
        tmp_path / "a.pt", {"a": torch.ones(2)}, _use_new_zipfile_serialization=False, pickle_protocol=protocol
    )
    refused(path, "before 1.6")
    assert is_torch_file(path)


def test_what_is_no_file_of_torch_s(tmp_path):
    (tmp_path / "a.pt").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    refused(tmp_path / "a.pt", "no file of PyTorch's")
    assert not is_torch_file(tmp_path / "a.pt")
    refused(tmp_path / "none.pt", "No such file")
    refused(tmp_path)


def test_a_file_without_tensors(tmp_path):
    refused(saved(tmp_path / "a.pt", {"a": 1}), "no tensors")
    refused(saved(tmp_path / "a.pt", torch.ones(2)), "by name")
