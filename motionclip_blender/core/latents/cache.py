"""Latents that were worked out before, so that a slider's step costs the decoder's time only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..progress import Progress

if TYPE_CHECKING:
    from typing import Protocol

    import numpy as np

    from ..engine import Engine
    from .sources import Inputs
    from .terms import Source, Term
    from .window_pooling import WindowPooling

    class Gathered(Protocol):
        """What terms name: what tells one from another, and all that a latent is worked out from."""

        def identity(self, source: Source, pooling: WindowPooling) -> object: ...

        def inputs(self, terms: Iterable[Term]) -> Inputs: ...


_MOST = 4096  # of 2 kB each


class LatentCache:
    """Of one engine; another one starts anew. The worker and the main thread may both ask."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._found: dict[object, np.ndarray] = {}

    def of(
        self,
        engine: Engine,
        terms: Iterable[Term],
        found: Gathered,
        pooling: WindowPooling,
        progress: Progress | None = None,
    ) -> dict[Source, np.ndarray]:
        """The latents of the terms' sources; only those that are not known yet are worked out.

        Raises what `core.latents.sources.source_latents` raises.
        """
        from .sources import source_latents

        terms = tuple(terms)
        identities = {term.source: found.identity(term.source, pooling) for term in terms}
        known = self._known_of(engine)
        at_hand = dict(known)
        missing = [term for term in terms if identities[term.source] not in at_hand]
        if missing:
            made = source_latents(engine, missing, found.inputs(missing), pooling, progress)
            new = {identities[source]: latent for source, latent in made.items()}
            at_hand |= new
            known.update(new)
        for identity in list(known)[: max(len(known) - _MOST, 0)]:
            known.pop(identity, None)
        return {source: at_hand[identity] for source, identity in identities.items()}

    def at_hand(
        self, engine: Engine, terms: Iterable[Term], found: Gathered, pooling: WindowPooling
    ) -> dict[Source, np.ndarray] | None:
        """What `of` returns, if nothing has to be worked out for it; None otherwise."""
        known = self._known_of(engine)
        keys = {term.source: found.identity(term.source, pooling) for term in terms}
        if not all(key in known for key in keys.values()):
            return None
        return {source: known[key] for source, key in keys.items()}

    def forget(self) -> None:
        """Lets go of everything."""
        self._engine, self._found = None, {}

    def _known_of(self, engine: Engine) -> dict[object, np.ndarray]:
        if self._engine is not engine:
            self._engine, self._found = engine, {}
        return self._found
