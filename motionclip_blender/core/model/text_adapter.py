"""The text adapter as a torch module, which `training.text_adapter` trains.

`core.inference.text_adapter` is the same in numpy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..clip_kinds import AdapterSize
from ..inference.tensors import TensorError, Weights
from ..inference.text_adapter import adapter_size
from ..inference.text_tower import WIDTH

_START = 0.3  # of the last layer's usual weights: at first little is added


class TextAdapter(nn.Module):
    """Reads a text's tokens again, and tells what to add to their mean.

    dropout: in training, of what the network reads and of its hidden numbers.
    """

    def __init__(self, size: AdapterSize, dropout: float = 0.0) -> None:
        super().__init__()
        self.size, read = size, size.heads * size.head_width
        self.queries = nn.Parameter(0.02 * torch.randn(size.heads, WIDTH))
        self.values = nn.Parameter(torch.randn(read, WIDTH) / WIDTH**0.5)
        self.norm = nn.LayerNorm(WIDTH + read)
        self.up, self.down = nn.Linear(WIDTH + read, size.hidden), nn.Linear(size.hidden, WIDTH)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            self.down.weight.mul_(_START)
            self.down.bias.zero_()

    def forward(self, tokens: Tensor, there: Tensor, mean: Tensor) -> Tensor:
        """Returns what is added to the means (n, `WIDTH`) of tokens (n, T, `WIDTH`). there: (n, T), no padding."""
        scores = (tokens @ self.queries.T).masked_fill(~there[..., None], -1e9)
        pooled = torch.einsum("nth,ntw->nhw", scores.softmax(dim=1), tokens)
        values = self.values.view(self.size.heads, self.size.head_width, WIDTH)
        read = torch.einsum("nhw,hvw->nhv", pooled, values).flatten(1)
        hidden = F.gelu(self.up(self.dropout(self.norm(torch.cat((mean, read), dim=1)))))
        return self.down(self.dropout(hidden))

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> TextAdapter:
        """Returns the adapter of these arrays, frozen. Raises `TensorError` for arrays of something else."""
        adapter, weights = cls(adapter_size(arrays)), Weights(arrays)
        for name, parameter in adapter.named_parameters():
            parameter.data.copy_(torch.from_numpy(weights.float32(name, *parameter.shape)))
        if unknown := set(arrays) - {name for name, _ in adapter.named_parameters()}:
            raise TensorError(f"it has {min(unknown)}, which a text adapter lacks")
        return adapter.eval().requires_grad_(False)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns its arrays by name in half precision, as they are stored."""
        return {name: p.detach().cpu().numpy().astype(np.float16) for name, p in self.named_parameters()}
