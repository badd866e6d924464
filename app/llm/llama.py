"""A small Llama in numpy: Hugging Face's files in, scores of the next token out.

Meant for models of a few million weights, where one step of eight answers together takes
about a millisecond on one core. Several answers are decoded side by side, each row at its
own length; a row leaves by taking the last row's place, so the rows in use stay together.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]


class UnsupportedModel(ValueError):
    """The files hold something else than a Llama of the plain kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    before: Floats
    attend: Floats
    merge: Floats
    between: Floats
    widen: Floats
    narrow: Floats


class Llama:
    """The weights. Immutable, safe to share between threads.

    Attributes:
        positions: The most tokens a prompt and its answer may have together.
        vocabulary: How many tokens there are.
    """

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        _check(config)
        tensors = read_tensors(folder / "model.safetensors")
        self.positions: int = config["max_position_embeddings"]
        self.vocabulary: int = config["vocab_size"]
        self.heads: int = config["num_attention_heads"]
        self.width: int = config["hidden_size"]
        self.epsilon: float = config["rms_norm_eps"]
        self.embed = tensors["model.embed_tokens.weight"]
        self.after = tensors["model.norm.weight"]
        head = self.width // self.heads
        self.layers = [_layer(tensors, n, head) for n in range(config["num_hidden_layers"])]
        rope = config.get("rope_parameters") or config
        frequencies = float(rope["rope_theta"]) ** (-np.arange(0, head, 2) / head)
        angles = np.outer(np.arange(self.positions), frequencies)
        angles = np.concatenate((angles, angles), axis=1)
        self.cosine: Floats = np.cos(angles).astype(np.float32)
        # The rotation of halves (-second, first) is a roll; its sign is kept in the sine.
        sign = np.repeat(np.array([-1.0, 1.0]), head // 2)
        self.sine: Floats = (np.sin(angles) * sign).astype(np.float32)


class Decoding:
    """Answers that one model decodes side by side. For one thread at a time.

    Attributes:
        rows: How many answers are being decoded.
    """

    def __init__(self, model: Llama, capacity: int) -> None:
        head = model.width // model.heads
        shape = (len(model.layers), capacity, model.heads, model.positions, head)
        self._model = model
        self._keys: Floats = np.zeros(shape, dtype=np.float32)
        self._values: Floats = np.zeros(shape, dtype=np.float32)
        self._lengths = np.zeros(capacity, dtype=np.int64)
        self.rows = 0

    def begin(self, tokens: list[int]) -> Floats:
        """Read a prompt into a new last row.

        Args:
            tokens: The prompt, at least one token.

        Returns:
            Scores of the next token. Float32, shape (vocabulary,).
        """
        model, row, length = self._model, self.rows, len(tokens)
        self.rows += 1
        self._lengths[row] = length
        cosine, sine = model.cosine[:length], model.sine[:length]
        future = np.triu(np.full((length, length), -np.inf, dtype=np.float32), 1)
        x = model.embed[tokens]
        for number, layer in enumerate(model.layers):
            parts = _norm(x, layer.before, model.epsilon) @ layer.attend
            parts = parts.reshape(length, 3, model.heads, -1).transpose(1, 2, 0, 3)
            query, key = _rotate(parts[0], cosine, sine), _rotate(parts[1], cosine, sine)
            self._keys[number, row, :, :length] = key
            self._values[number, row, :, :length] = parts[2]
            weights = _softmax(query @ key.transpose(0, 2, 1) + future)
            seen = (weights @ parts[2]).transpose(1, 0, 2).reshape(length, model.width)
            x = _feed(x + seen @ layer.merge, layer, model.epsilon)
        return _norm(x[-1], model.after, model.epsilon) @ model.embed.T

    def step(self, tokens: list[int]) -> Floats:
        """Go on by one token in every row.

        Args:
            tokens: The token each row chose, in the order of the rows.

        Returns:
            Scores of the next tokens. Float32, shape (rows, vocabulary).
        """
        model, rows = self._model, self.rows
        places = self._lengths[:rows].copy()
        self._lengths[:rows] += 1
        longest = int(places.max()) + 1
        cosine, sine = model.cosine[places][:, None], model.sine[places][:, None]
        unused = np.arange(longest) > places[:, None]
        hidden = np.where(unused, np.float32(-np.inf), np.float32(0))[:, None, None]
        every = np.arange(rows)
        x = model.embed[tokens]
        for number, layer in enumerate(model.layers):
            parts = _norm(x, layer.before, model.epsilon) @ layer.attend
            parts = parts.reshape(rows, 3, model.heads, -1)
            keys, values = self._keys[number], self._values[number]
            keys[every, :, places] = _rotate(parts[:, 1], cosine, sine)
            values[every, :, places] = parts[:, 2]
            query = _rotate(parts[:, 0], cosine, sine)[:, :, None]
            match = query @ keys[:rows, :, :longest].transpose(0, 1, 3, 2)
            seen = _softmax(match + hidden) @ values[:rows, :, :longest]
            x = _feed(x + seen.reshape(rows, model.width) @ layer.merge, layer, model.epsilon)
        scores: Floats = _norm(x, model.after, model.epsilon) @ model.embed.T
        return scores

    def end(self, row: int) -> None:
        """Drop a row; the last row takes its place."""
        self.rows -= 1
        last, length = self.rows, self._lengths[self.rows]
        if row != last:
            self._keys[:, row, :, :length] = self._keys[:, last, :, :length]
            self._values[:, row, :, :length] = self._values[:, last, :, :length]
            self._lengths[row] = length


def read_tensors(file: Path) -> dict[str, Floats]:
    """Read a file of tensors as float32.

    Raises:
        UnsupportedModel: if a tensor is neither float32 nor bfloat16.

    Source:
        The safetensors format: a length in 8 bytes, a JSON header, then the data.
    """
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    header.pop("__metadata__", None)
    tensors: dict[str, Floats] = {}
    for name, entry in header.items():
        first, last = entry["data_offsets"]
        raw = data[8 + size + first : 8 + size + last]
        if entry["dtype"] == "F32":
            values = np.frombuffer(raw, dtype="<f4").astype(np.float32)
        elif entry["dtype"] == "BF16":
            values = (np.frombuffer(raw, dtype="<u2").astype(np.uint32) << 16).view(np.float32)
        else:
            raise UnsupportedModel(f"tensor {name} is of type {entry['dtype']}")
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def _check(config: dict[str, Any]) -> None:
    rope = config.get("rope_parameters") or {}
    plain = (
        config.get("model_type") == "llama"
        and config["num_key_value_heads"] == config["num_attention_heads"]
        and config.get("tie_word_embeddings", False)
        and config.get("hidden_act") == "silu"
        and not config.get("attention_bias", False)
        and not config.get("mlp_bias", False)
        and rope.get("rope_type", "default") == "default"
    )
    if not plain:
        raise UnsupportedModel("only a plain Llama with tied embeddings can be run here")


def _layer(tensors: dict[str, Floats], number: int, head: int) -> _Layer:
    def named(*parts: str) -> Floats:
        found = [tensors[f"model.layers.{number}.{part}.weight"] for part in parts]
        # Transposed once and made contiguous: a step is mostly these products.
        return np.ascontiguousarray(np.concatenate(found).T)

    attend = named("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")
    # Attention divides its scores by the root of the head's size: here, ahead, in the query.
    attend[:, : attend.shape[1] // 3] /= np.sqrt(np.float32(head))
    return _Layer(
        before=tensors[f"model.layers.{number}.input_layernorm.weight"],
        attend=attend,
        merge=named("self_attn.o_proj"),
        between=tensors[f"model.layers.{number}.post_attention_layernorm.weight"],
        widen=named("mlp.gate_proj", "mlp.up_proj"),
        narrow=named("mlp.down_proj"),
    )


def _norm(x: Floats, weight: Floats, epsilon: float) -> Floats:
    mean = np.einsum("...i,...i->...", x, x)[..., None] / np.float32(x.shape[-1])
    scaled: Floats = x * (weight / np.sqrt(mean + np.float32(epsilon)))
    return scaled


def _rotate(x: Floats, cosine: Floats, sine: Floats) -> Floats:
    half = x.shape[-1] // 2
    swapped = np.concatenate((x[..., half:], x[..., :half]), axis=-1)
    rotated: Floats = x * cosine + swapped * sine
    return rotated


def _softmax(scores: Floats) -> Floats:
    weights: Floats = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def _feed(x: Floats, layer: _Layer, epsilon: float) -> Floats:
    wide = _norm(x, layer.between, epsilon) @ layer.widen
    gate, up = np.split(wide, 2, axis=-1)
    fed: Floats = x + (gate / (1 + np.exp(-gate)) * up) @ layer.narrow
    return fed
