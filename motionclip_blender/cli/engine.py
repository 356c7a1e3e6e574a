"""Creates the engine that the command line's options describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from ..core.body import Body
from ..core.clip_kinds import OpenClip
from ..core.engine import Engine
from ..core.errors import UserError
from ..core.inference.openblas import fit_kernels
from .terminal import Bar, CtrlC

if TYPE_CHECKING:
    from .photo_request import PhotoRequest
    from .request import GenerateRequest, RecogniseRequest
    from .several_request import SeveralRequest


def load_body(request: GenerateRequest | SeveralRequest) -> Body:
    """Loads the request's body, in its shape. Raises `UserError`, also for a shape that it does not have."""
    body = Body.load(request.body)
    return body if request.shape is None else body.shaped(request.shape.betas(body))


def load_engine(
    request: GenerateRequest | RecogniseRequest | SeveralRequest | PhotoRequest,
    body: Body | None,
    ctrl_c: CtrlC,
    stderr: TextIO,
) -> Engine:
    """Loads the request's pack. Raises `UserError`, also for weights that the pack has no use for."""
    fit_kernels()  # before the bar, which may start a thread
    engine = Engine(request.pack, body, clip=request.clip)
    if request.clip.file is not None and not isinstance(engine.pack.clip, OpenClip):
        raise UserError(f"The pack {engine.pack.name} brings its own text encoder; leave out --clip.")
    with Bar(stderr, ctrl_c) as bar:
        engine.load(bar)
    return engine
