"""The losses of the text adapter: supervised contrast (Khosla et al., NeurIPS 2020) on several levels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_NEVER = -1e9


def of_classes(cosines: Tensor, actions: Tensor, origin: Tensor, same_text: Tensor, smoothing: float) -> Tensor:
    """Returns how badly texts of one class are told from those of others.

    cosines: (n, n) over the temperature. actions: (n,) classes. origin: (n,) whether a text is an opposite; such a text
    is a negative of its own class, and says nothing of other classes. same_text: (n, n) pairs of one text, of which
    neither counts where they are of two classes. smoothing: share of the loss that is spread over all pairs.
    """
    same = actions[:, None] == actions
    counts = torch.where(origin, same, True) & ~(same_text & ~same)
    counts.fill_diagonal_(False)
    positive = counts & same & ~origin
    anchors = positive.any(dim=1) & ~origin
    log_shares = _log_shares(cosines, counts)
    told = _mean(-log_shares, positive)[anchors].mean()
    return (1 - smoothing) * told + smoothing * _mean(-log_shares, counts)[anchors].mean()


def of_spans(cosines: Tensor, actions: Tensor, spans: Tensor, origin: Tensor) -> Tensor:
    """Returns how badly the wordings of one motion are told from others of its class, and from their opposites."""
    within = actions[:, None] == actions
    within.fill_diagonal_(False)
    positive = within & (spans[:, None] == spans)
    anchors = positive.any(dim=1) & ~origin
    if not anchors.any():
        return cosines.new_zeros(())
    return _mean(-_log_shares(cosines, within), positive)[anchors].mean()


def of_names(cosines: Tensor, actions: Tensor, smoothing: float) -> Tensor:
    """Returns how badly texts find the name of their class. cosines: (n, C) over the temperature."""
    return F.cross_entropy(cosines, actions, label_smoothing=smoothing)


def of_length(added: Tensor, means: Tensor, centre: Tensor) -> Tensor:
    """Returns how far embeddings are moved, (n, W), relative to how far they lie from the centre (W,)."""
    return ((added**2).sum(dim=1) / ((means - centre) ** 2).sum(dim=1)).mean()


def _log_shares(cosines: Tensor, counts: Tensor) -> Tensor:
    kept = cosines.masked_fill(~counts, _NEVER)
    return cosines - torch.logsumexp(kept, dim=1, keepdim=True)


def _mean(values: Tensor, which: Tensor) -> Tensor:
    """Returns the mean of each row over those that count, (n,); 0 where none does."""
    return (values * which).sum(dim=1) / which.sum(dim=1).clamp(min=1)
