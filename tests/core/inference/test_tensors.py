"""The reader of safetensors files: what it gives out, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import struct

import numpy as np
import pytest

from motionclip_blender.core.inference.tensors import (
    GROUP,
    DamagedFile,
    TensorError,
    Weights,
    dequantised,
    from_half,
    quantised,
    read_tensors,
    single,
    stored_small,
)

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "b": np.array([1.5, -2.25, 6e-8, 65504], np.float16),
    "c": np.arange(8, dtype=np.uint8),
    "d": np.array([-3, 4], np.int16),
}


def written(path, arrays=ARRAYS, change=lambda header: None, cut=None):
    """A file in the format, its header changed and its end cut off as asked for."""
    header, data, names = (
        {"__metadata__": {"a": "b"}},
        b"",
        {"f4": "F32", "f2": "F16", "u1": "U8", "i2": "I16", "i1": "I8"},
    )
    for name, array in arrays.items():
        start, data = len(data), data + array.tobytes()
        header[name] = {"dtype": names[array.dtype.str[1:]], "shape": array.shape, "data_offsets": [start, len(data)]}
    change(header)
    text = json.dumps(header).encode()
    path.write_bytes((struct.pack("<Q", len(text)) + text + data)[:cut])
    return path


def test_arrays_are_what_was_written(tmp_path):
    found = read_tensors(written(tmp_path / "x.safetensors"))
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array)
        assert not found[name].flags.writeable


def test_the_library_s_files_are_read(tmp_path):
    numpy_files = pytest.importorskip("safetensors.numpy")
    numpy_files.save_file(ARRAYS, tmp_path / "x.safetensors")
    found = read_tensors(tmp_path / "x.safetensors")
    assert all(np.array_equal(found[name], array) for name, array in ARRAYS.items())


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["a"].update(data_offsets=[0, 10**9]),
        lambda h: h["a"].update(data_offsets=[-8, 16]),
        lambda h: h["a"].update(data_offsets=[24, 0]),
        lambda h: h["a"].update(data_offsets=[0]),
        lambda h: h["a"].update(shape=[3, 3]),
        lambda h: h["a"].update(shape=[-2, -3]),
        lambda h: h["a"].update(shape=[1.0, 6]),
        lambda h: h["a"].update(shape="x"),
        lambda h: h["a"].update(dtype="PICKLE"),
        lambda h: h["a"].pop("dtype"),
        lambda h: h["a"].update(more=1),
        lambda h: h.update(a=[1, 2]),
    ],
)
def test_damaged_headers_are_refused(tmp_path, change):
    with pytest.raises(DamagedFile):
        read_tensors(written(tmp_path / "x", change=change))


@pytest.mark.parametrize("cut", [0, 5, 8, 20, -1])
def test_files_that_are_cut_off_are_refused(tmp_path, cut):
    with pytest.raises(DamagedFile):
        read_tensors(written(tmp_path / "x", cut=cut))


@pytest.mark.parametrize("content", [b"\xff" * 64, struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 9) + b"[" * 9])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(DamagedFile):
        read_tensors(tmp_path / "x")


def test_a_flipped_bit_is_found_by_the_checksum(tmp_path):
    path = written(tmp_path / "x")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert read_tensors(path, digest).keys() == ARRAYS.keys()
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedFile, match="checksum"):
        read_tensors(path, digest)


def test_every_half_becomes_its_number():
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    assert np.array_equal(from_half(finite), finite.astype(np.float32))
    assert np.isnan(from_half(np.array([np.nan], np.float16))).all()
    assert np.array_equal(from_half(np.array([np.inf, 1], np.float16)), [np.inf, 1])
    assert from_half(np.zeros((2, 0, 3), np.float16)).shape == (2, 0, 3)


def test_groups_of_a_row_keep_their_numbers_to_a_level():
    array = np.random.default_rng(0).normal(size=(5, 2 * GROUP)) * np.repeat([1e-3, 10.0], GROUP)
    levels, scale = quantised(array)
    assert levels.dtype == np.int8 and scale.shape == (5, 2)
    away = np.abs(dequantised(levels, scale) - array) / np.repeat(scale.astype(np.float64), GROUP, axis=1)
    assert away.max() < 0.6
    assert not dequantised(*quantised(np.zeros((2, GROUP)))).any()


def test_weights_are_asked_for_with_their_shapes():
    weights = Weights(
        {f"x.{name}": array for name, array in ARRAYS.items()} | {"x.nan": np.array([np.nan], np.float32)}
    )
    inside = weights.within("x")
    assert [*inside] == [*ARRAYS, "nan"] and len(inside) == 5
    assert inside.float32("b", 4).dtype == np.float32
    with pytest.raises(TensorError, match=r"lacks x\.e"):
        inside.float32("e", 1)
    with pytest.raises(TensorError, match=r"x\.a is 2 x 3, not 3 x 2"):
        inside.float32("a", 3, 2)
    with pytest.raises(TensorError, match="not finite"):
        inside.float32("nan", 1)


@pytest.mark.parametrize("columns", [GROUP, 2 * GROUP, 3 * GROUP - 12, GROUP + 1])
def test_matrices_are_stored_small_whatever_their_width(columns: int):
    array = np.random.default_rng(columns).normal(size=(5, columns)).astype(np.float32)
    stored = stored_small({"m.weight": array, "m.bias": array[0], "narrow": array[:, :3]})
    assert stored["m.weight"].dtype == np.int8 and stored["m.bias"].dtype == stored["narrow"].dtype == np.float16
    back = single(stored)
    assert sorted(back) == ["m.bias", "m.weight", "narrow"]
    assert np.abs(back["m.weight"] - array).max() < np.abs(array).max() / 127
    assert np.array_equal(Weights(stored).within("m").float32("weight", 5, columns), back["m.weight"])


def test_scales_that_do_not_fit_are_refused():
    stored = stored_small({"m": np.ones((4, 130), np.float32)})
    stored["m.scale"] = stored["m.scale"][:, :2]
    with pytest.raises(TensorError, match="does not fit"):
        single(stored)
    with pytest.raises(TensorError):
        Weights(stored).float32("m", 4, 130)
