"""The apprentice's network: Llama's layout, trained from scratch in PyTorch."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 -- the name everybody knows it by


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The size of a network."""

    vocabulary: int
    width: int = 128
    layers: int = 5
    heads: int = 4
    hidden: int = 352
    positions: int = 1024
    theta: float = 10000.0
    epsilon: float = 1e-6


class Layer(nn.Module):  # type: ignore[misc]  # torch, an extra, may not be there
    """Attention and a gated feed-forward part, each behind a norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.epsilon = shape.epsilon
        self.before = nn.Parameter(torch.ones(shape.width))
        self.between = nn.Parameter(torch.ones(shape.width))
        self.attend = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.merge = nn.Linear(shape.width, shape.width, bias=False)
        self.widen = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.narrow = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """Map states of shape (batch, length, width) to states of the same shape."""
        batch, length, width = x.shape
        normed = F.rms_norm(x, (width,), self.before, self.epsilon)
        parts = self.attend(normed).view(batch, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(
            _rotate(query, cosine, sine), _rotate(key, cosine, sine), value, is_causal=True
        )
        x = x + self.merge(seen.transpose(1, 2).reshape(batch, length, width))
        normed = F.rms_norm(x, (width,), self.between, self.epsilon)
        gate, up = self.widen(normed).chunk(2, dim=-1)
        return x + self.narrow(F.silu(gate) * up)


class Network(nn.Module):  # type: ignore[misc]  # as above
    """Tokens in, scores of the next token out; embeddings are tied."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.after = nn.Parameter(torch.ones(shape.width))
        angles = _angles(shape)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deviation = 0.02 if "embed" in name else parameter.shape[1] ** -0.5
                if "merge" in name or "narrow" in name:
                    deviation /= (2 * shape.layers) ** 0.5
                nn.init.normal_(parameter, std=deviation)

    def forward(self, tokens: Tensor, chosen: Tensor | None = None) -> Tensor:
        """Score the next token.

        Args:
            tokens: Int64, shape (batch, length).
            chosen: Flat indices into (batch x length) where scores are wanted, or None
                for everywhere.

        Returns:
            Float32, shape (chosen or batch x length, vocabulary).
        """
        length = tokens.shape[1]
        x = self.embed(tokens)
        cosine, sine = self.cosine[:length], self.sine[:length]
        for layer in self.layers:
            x = layer(x, cosine, sine)
        x = x.reshape(-1, x.shape[-1])
        if chosen is not None:
            x = x[chosen]
        x = F.rms_norm(x, (x.shape[-1],), self.after, self.shape.epsilon)
        return F.linear(x, self.embed.weight)


def _angles(shape: Shape) -> Tensor:
    head = shape.width // shape.heads
    frequencies = shape.theta ** (-torch.arange(0, head, 2).float() / head)
    angles = torch.outer(torch.arange(shape.positions).float(), frequencies)
    return torch.cat((angles, angles), dim=-1)


def _rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), dim=-1) * sine
