"""What is exported is the network that was trained. Needs the extra `train`."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
transformers = pytest.importorskip("transformers", reason="the extra `train` is not installed")

from app.apprentice import vocabulary as say  # noqa: E402
from app.apprentice.corpus import draw_example  # noqa: E402
from app.apprentice.export import IDS, TOKENS, export, restore  # noqa: E402
from app.apprentice.network import Network, Shape  # noqa: E402
from app.llm.llama import Decoding, Llama  # noqa: E402

EXAMPLE = draw_example(Random(3))
NUMBERS = [IDS[word] for word in (say.BEGIN, *EXAMPLE.prompt)]


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(1)
    return Network(Shape(vocabulary=len(TOKENS), width=64, layers=2, heads=2, hidden=176))


@pytest.fixture(scope="module")
def folder(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("weights")
    export(network, made)
    return made


def scores_of(network: Network) -> np.ndarray:
    with torch.no_grad():
        return network(torch.tensor([NUMBERS])).numpy()


def test_transformers_scores_tokens_as_the_trained_network_does(network, folder):
    llama = transformers.LlamaForCausalLM.from_pretrained(folder)
    with torch.no_grad():
        theirs = llama(torch.tensor([NUMBERS])).logits[0].numpy()
    assert np.allclose(theirs, scores_of(network), atol=1e-4)


def test_the_embedded_network_scores_tokens_as_the_trained_network_does(network, folder):
    ours = Decoding(Llama(folder), 1).begin(NUMBERS)
    assert np.allclose(ours, scores_of(network)[-1], atol=1e-4)


def test_the_chat_template_makes_the_prompt_that_was_trained_on(folder):
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    content = "".join(EXAMPLE.prompt[:-1])
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
    )
    assert tokenizer(text, add_special_tokens=False)["input_ids"] == NUMBERS
    answer = [IDS[word] for word in EXAMPLE.answer]
    assert tokenizer.decode([*answer, IDS[say.END]], skip_special_tokens=True) == "".join(
        EXAMPLE.answer
    )


def test_a_network_read_back_is_the_one_that_was_written(network, folder):
    assert np.array_equal(scores_of(restore(folder)), scores_of(network))
