"""The network in numpy: what it decodes step by step is what it reads at once."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.apprentice.model import weights_folder
from app.llm.llama import Decoding, Llama, UnsupportedModel, read_tensors

MODEL = Llama(weights_folder())
TEXTS = [[1, *(np.arange(length) * 7 % 40 + 3).tolist()] for length in (5, 23, 11)]


def read_at_once(tokens: list[int]) -> np.ndarray:
    return Decoding(MODEL, 1).begin(tokens)


def test_steps_side_by_side_give_what_reading_each_text_at_once_gives():
    decoding = Decoding(MODEL, 3)
    for text in TEXTS:
        decoding.begin(text[:2])
    for place in range(2, 6):
        scores = decoding.step([text[place] for text in TEXTS])
        for row, text in enumerate(TEXTS):
            assert np.allclose(scores[row], read_at_once(text[: place + 1]), atol=1e-3)


def test_a_row_that_ends_leaves_the_others_as_they_were():
    decoding = Decoding(MODEL, 3)
    for text in TEXTS:
        decoding.begin(text)
    decoding.end(0)
    assert decoding.rows == 2
    scores = decoding.step([9, 8])
    assert np.allclose(scores[0], read_at_once([*TEXTS[2], 9]), atol=1e-3)
    assert np.allclose(scores[1], read_at_once([*TEXTS[1], 8]), atol=1e-3)


def test_bfloat16_tensors_are_read(tmp_path: Path):
    values = np.array([1.0, -2.5, 0.15625], dtype=np.float32)
    raw = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    header = json.dumps({"x": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    (tmp_path / "t").write_bytes(len(header).to_bytes(8, "little") + header + raw)
    assert read_tensors(tmp_path / "t")["x"].tolist() == values.tolist()


def test_tensors_of_another_type_are_refused(tmp_path: Path):
    header = json.dumps({"x": {"dtype": "I8", "shape": [1], "data_offsets": [0, 1]}}).encode()
    (tmp_path / "t").write_bytes(len(header).to_bytes(8, "little") + header + b"1")
    with pytest.raises(UnsupportedModel, match="I8"):
        read_tensors(tmp_path / "t")


def test_a_model_of_another_kind_is_refused(tmp_path: Path):
    config = json.loads((weights_folder() / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"num_key_value_heads": 1}))
    with pytest.raises(UnsupportedModel, match="plain Llama"):
        Llama(tmp_path)
