"""Makes packs of MotionCLIP's released checkpoints (`checkpoint_0100.pth.tar`).

Needs no torch, and runs no code of the file.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path

import numpy as np

from .clip_kinds import ClipFile, OpenClip
from .errors import UserError
from .files import write_json
from .inference.clip_towers import clip_arrays
from .inference.official import QUERIES, expected_shapes, found_network
from .inference.tensor_writing import write_float32
from .inference.tensors import TensorError
from .inference.torch_file import each_tensor, is_torch_file
from .network_size import OfficialNetwork
from .pack import Pack
from .pose_format import NO_ROW, OFFICIAL

ENDING = ".pth.tar"
FRAMES = (60, 60)
"""The only length that the released network was trained on."""

_CLIP, _SMPL = "clip_model.", "rotation2xyz."
_LICENCE = (
    "As the checkpoint's: the released code is under the MIT licence; the weights were trained on AMASS and BABEL, "
    "whose licences allow non-commercial research only."
)


@dataclass(frozen=True)
class Imported:
    """A pack that was written, and sentences about what was left out of it."""

    pack: Pack
    notes: tuple[str, ...]


def import_checkpoint(checkpoint: Path, out: Path, clip: Path | None = None) -> Imported:
    """Writes the pack `out`, a folder that does not exist yet, from a released checkpoint.

    Checks the names and shapes of all tensors. Leaves out those of CLIP and SMPL, with a note: CLIP is frozen, so the
    file's copy adds nothing, and SMPL's licence forbids redistribution. Raises `UserError` with what is wrong with a
    file; then leaves nothing behind.
    clip: OpenAI's ViT-B-32.pt, to be copied into the pack; by default CLIP is looked for where it was downloaded to.
    """
    checkpoint, out = Path(checkpoint), Path(out)
    contents = _Contents(checkpoint)
    tensors = each_tensor(checkpoint, contents.choose)
    queries = list(islice(tensors, len(QUERIES)))
    rows, with_row = contents.network.rows, OFFICIAL.rows
    with _new_folder(out) as folder:
        pack = Pack(
            folder=folder,
            name=_name(checkpoint),
            version=_version(queries),
            licence=_LICENCE,
            network=contents.network,
            pose_format=OFFICIAL if rows == with_row else replace(OFFICIAL, last_row=NO_ROW),
            fps=30.0,
            frames=FRAMES,
            clip=OpenClip() if clip is None else _copied(Path(clip), folder),
            info={"source": checkpoint.name},
        )
        try:
            write_float32(pack.weights_path, contents.kept, chain(queries, tensors))
        except TensorError as error:
            raise _refused(checkpoint, str(error)) from error
        write_json(folder / "pack.json", pack.as_json())
        Pack.load(folder)  # sizes that no pack may have are refused before anything is there
    return Imported(replace(pack, folder=out), contents.notes)


class _Contents:
    """The contents of a checkpoint, set by `choose`.

    kept: the shapes of the network's tensors, in the order in which they are read and written.
    notes: sentences about the tensors that are left out.
    """

    network: OfficialNetwork
    kept: dict[str, tuple[int, ...]]
    notes: tuple[str, ...]

    def __init__(self, checkpoint: Path) -> None:
        self._checkpoint = checkpoint

    def choose(self, shapes: Mapping[str, tuple[int, ...]]) -> Mapping[str, tuple[int, ...]]:
        """Returns the tensors that are needed. Raises `UserError` for a checkpoint of another network."""
        kept, notes = _without_frozen(shapes)
        self.network, self.notes = _checked_network(self._checkpoint, kept), tuple(notes)
        self.kept = {name: kept[name] for name in dict.fromkeys((*QUERIES, *kept))}
        return self.kept


def free_folder(parent: Path, checkpoint: Path) -> Path:
    """Returns a folder in `parent` that does not exist yet, named after the checkpoint."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", checkpoint.name.removesuffix(ENDING)).strip("_")[:60] or "checkpoint"
    names = (name if i == 1 else f"{name}_{i}" for i in count(1))
    return next(folder for folder in map(parent.__truediv__, names) if not folder.exists())


def _without_frozen(shapes: Mapping[str, tuple[int, ...]]) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """Returns the tensors that are not CLIP's or SMPL's, and notes about those that are."""
    kept = {name: shape for name, shape in shapes.items() if not name.startswith((_CLIP, _SMPL))}
    notes = []
    for prefix, what, why in (
        (_CLIP, "CLIP's", "CLIP is frozen, and read from its own weights"),
        (_SMPL, "SMPL's", "the body is one of yours"),
    ):
        if number := sum(name.startswith(prefix) for name in shapes):
            notes.append(f"The checkpoint holds {number} tensors of {what}; they are left out, for {why}.")
    return kept, notes


def _checked_network(checkpoint: Path, shapes: Mapping[str, tuple[int, ...]]) -> OfficialNetwork:
    """Returns the network that has exactly these tensors. Raises `UserError` with those that are missing or wrong."""
    if not any(name.startswith(("encoder.", "decoder.")) for name in shapes):
        names = ", ".join(list(shapes)[:3]) or "none"
        raise _refused(checkpoint, f"its tensors are {names} and so on")
    try:
        network = found_network(shapes)
    except TensorError as error:
        raise _refused(checkpoint, str(error)) from error
    expected = expected_shapes(network)
    missing = [name for name in expected if name not in shapes]
    unknown = [name for name in shapes if name not in expected]
    wrong = [
        f"{name} ({_sizes(shapes[name])} instead of {_sizes(shape)})"
        for name, shape in expected.items()
        if name in shapes and shapes[name] != shape
    ]
    for listed, what in ((missing, "it lacks"), (unknown, "it has unknown tensors:"), (wrong, "of another shape:")):
        if listed:
            raise _refused(checkpoint, f"{what} {_listed(listed)}")
    if network.width != OpenClip().width:
        raise _refused(
            checkpoint, f"its latents have {network.width} numbers, and those of CLIP ViT-B/32 {OpenClip().width}"
        )
    joints = len(OFFICIAL.joints)
    if network.rows not in (joints, joints + 1):
        raise _refused(
            checkpoint, f"its poses have {network.rows} rows, not SMPL's {joints} joints with or without one"
        )
    return network


def _refused(checkpoint: Path, why: str) -> UserError:
    return UserError(
        f"{checkpoint} is no checkpoint of MotionCLIP's released network ({why}); choose a checkpoint_NNNN.pth.tar "
        "that its training wrote."
    )


def _listed(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a single number"


def _name(checkpoint: Path) -> str:
    """Returns the checkpoint's name, made printable."""
    name = "".join(c for c in checkpoint.name.removesuffix(ENDING) if c.isprintable() and not "\ud800" <= c <= "\udfff")
    return f"MotionCLIP {name}"[:200].strip()


def _version(queries: Iterable[tuple[str, np.ndarray]]) -> str:
    """Returns a version that distinguishes checkpoints of the same name, by a digest of their queries."""
    digest = hashlib.sha256(b"".join(array.tobytes() for _, array in queries))
    return f"official {digest.hexdigest()[:8]}"


def _copied(clip: Path, folder: Path) -> ClipFile:
    """Checks CLIP's weights and copies them into the pack. Raises `UserError` for another file."""
    clip_arrays(clip, ClipFile.model, image=False)
    kept = ClipFile("ViT-B-32.pt" if is_torch_file(clip) else "ViT-B-32.safetensors")
    try:
        shutil.copyfile(clip, folder / kept.file)
    except OSError as error:
        raise UserError(f"{clip} cannot be copied ({error.strerror or error}); choose another file.") from error
    return kept


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """Yields a folder that becomes `out` when the block ends without an error, and is removed otherwise."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"There is something at {out} already; choose a new folder for the pack.")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name[:40]}-", dir=out.parent))
    except OSError as error:
        raise UserError(f"Cannot write {out} ({error.strerror or error}); choose another place.") from error
    try:
        yield folder
        folder.chmod(0o755)  # the temporary one is private
        if out.exists():
            out.rmdir()
        folder.replace(out)
    except OSError as error:
        raise UserError(f"Cannot write {out} ({error.strerror or error}); choose another place.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
