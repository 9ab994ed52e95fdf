"""A tiny Llama with random weights: `python tests/tiny_llama.py FOLDER` builds it by hand.

The tokenizer is trained on the demo's prompts without their constraints, so that a prompt is a few
hundred tokens, and the model stays as it is when the demo is built again. The same arguments give
the same weights.
"""

from __future__ import annotations

import sys
from pathlib import Path

CHAT_TEMPLATE = """\
{%- for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}\
{%- endfor %}{%- if add_generation_prompt %}{{ '<|assistant|>' }}{%- endif %}"""
_END, _PAD = "<|end|>", "<|pad|>"
_SPECIAL = [_END, _PAD, "<|system|>", "<|user|>", "<|assistant|>"]


def build_model(folder: Path, template: bool = True, context: int = 4096, layers: int = 2) -> Path:
    """Write a model and its tokenizer.

    Args:
        folder: Where to; it is made.
        template: Whether the tokenizer has a chat template.
        context: Tokens that a prompt and its answer can have together.
        layers: Number of layers; more are slower.

    Returns:
        The folder.
    """
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from followrag import load_items
    from followrag.prompts import build_prompt

    items = load_items("followrag_demo")
    prompts = [build_prompt(item.passages, item.question) for item in items]
    bpe = ByteLevelBPETokenizer()
    bpe.train_from_iterator(prompts, vocab_size=2048, special_tokens=_SPECIAL, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer,
        eos_token=_END,
        pad_token=_PAD,
        additional_special_tokens=_SPECIAL[2:],
        model_max_length=context,
    )
    tokenizer.chat_template = CHAT_TEMPLATE if template else None
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=layers,
        num_attention_heads=2,  # vLLM has no CPU attention for heads under 32 wide
        max_position_embeddings=context,
        initializer_range=0.3,  # large enough that answers differ by prompt
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    with torch.no_grad():
        model.lm_head.weight[tokenizer.eos_token_id] *= 1.4  # some answers end, some hit a limit
    model.save_pretrained(folder)
    return folder


if __name__ == "__main__":
    print(build_model(Path(sys.argv[1])))
