"""Caches latents, so that a slider's step only costs the decoder's time."""

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
        """The gathered inputs of terms: the identity of each source, and all data that its latent is computed from."""

        def identity(self, source: Source, pooling: WindowPooling) -> object: ...

        def inputs(self, terms: Iterable[Term]) -> Inputs: ...


_MOST = 4096  # latents, of 2 kB each


class LatentCache:
    """Cached latents of one engine; emptied for another engine. The worker and the main thread may both use it."""

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
        """Returns the latents of the terms' sources; only unknown ones are computed.

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
        """Returns what `of` returns if nothing has to be computed for it; None otherwise."""
        known = self._known_of(engine)
        keys = {term.source: found.identity(term.source, pooling) for term in terms}
        if not all(key in known for key in keys.values()):
            return None
        return {source: known[key] for source, key in keys.items()}

    def forget(self) -> None:
        """Removes all cached latents."""
        self._engine, self._found = None, {}

    def _known_of(self, engine: Engine) -> dict[object, np.ndarray]:
        if self._engine is not engine:
            self._engine, self._found = engine, {}
        return self._found
