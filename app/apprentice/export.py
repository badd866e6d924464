"""The trained network as files in Hugging Face's Llama layout, and back."""

from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from app.apprentice import vocabulary as say
from app.apprentice.network import Network, Shape

TOKENS = (say.PAD, say.BEGIN, say.END, *say.WORDS, *sorted(pre_tokenizers.ByteLevel.alphabet()))
"""Every token by its number. The bytes stand last; the apprentice never sees them, and
constrained decoding needs them to spell what is no word."""

IDS = {token: number for number, token in enumerate(TOKENS)}

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ 'plan\\n' }}{% endif %}"
)


MOST_ANSWER_TOKENS = 256
"""Longest answer. The teacher's longest plan for 15 blocks has 56 steps, 197 tokens."""


def export(network: Network, folder: Path) -> None:
    """Write a network and its tokenizer, for `app.llm.embedded`, transformers and vLLM.

    Args:
        network: A trained network.
        folder: Is made where missing; what is in it is overwritten.
    """
    _llama(network).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)


def restore(folder: Path) -> Network:
    """Read a network back from the files of `export`, to train it further."""
    llama = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = llama.config
    network = Network(
        Shape(
            vocabulary=config.vocab_size,
            width=config.hidden_size,
            layers=config.num_hidden_layers,
            heads=config.num_attention_heads,
            hidden=config.intermediate_size,
        )
    )
    theirs = llama.state_dict()
    ours = network.state_dict()
    for name, tensor in ours.items():
        sources = [theirs[source] for source in _sources(name)]
        tensor.copy_(torch.cat(sources) if len(sources) > 1 else sources[0])
    return network


def _sources(name: str) -> list[str]:
    """Name the tensors of the Llama layout that one of ours is joined from."""
    if name == "embed.weight":
        return ["model.embed_tokens.weight"]
    if name == "after":
        return ["model.norm.weight"]
    _, number, part, *_ = name.split(".")
    parts = {
        "before": ["input_layernorm"],
        "between": ["post_attention_layernorm"],
        "attend": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        "merge": ["self_attn.o_proj"],
        "widen": ["mlp.gate_proj", "mlp.up_proj"],
        "narrow": ["mlp.down_proj"],
    }
    return [f"model.layers.{number}.{source}.weight" for source in parts[part]]


def _llama(network: Network) -> LlamaForCausalLM:
    shape = network.shape
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.positions,
        rms_norm_eps=shape.epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.theta},
        tie_word_embeddings=True,
        pad_token_id=IDS[say.PAD],
        bos_token_id=IDS[say.BEGIN],
        eos_token_id=IDS[say.END],
    )
    llama = LlamaForCausalLM(config)
    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in network.state_dict().items():
        sources = _sources(name)
        tensors.update(zip(sources, tensor.chunk(len(sources)), strict=True))
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    llama.load_state_dict(tensors)
    llama.generation_config = GenerationConfig(
        bos_token_id=IDS[say.BEGIN],
        eos_token_id=IDS[say.END],
        pad_token_id=IDS[say.PAD],
        max_new_tokens=MOST_ANSWER_TOKENS,
    )
    return llama.eval()


def _tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE(vocab=IDS, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([say.PAD, say.BEGIN, say.END])
    tokenizer.add_tokens([AddedToken(word, normalized=False) for word in say.WORDS])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=say.PAD,
        bos_token=say.BEGIN,
        eos_token=say.END,
        clean_up_tokenization_spaces=False,
        model_max_length=1024,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast
