"""A Llama of random weights with a byte-level tokenizer that has the marker, made on the spot."""

from reweave.model_folder import ModelFormat

LINES = ["def add(a, b):\n    return a + b\n", "for value in values:\n    print(value)\n", "@1\nx = 1\n"]


def make(folder, *, form=None, context=256, seed=0, heads=(4, 2)):
    """Save a model's folder; give it."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    form = form or ModelFormat(form="short")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = [form.eos, form.marker]
    tokenizer.train_from_iterator(
        LINES, trainers.BpeTrainer(vocab_size=300, special_tokens=special, initial_alphabet=alphabet)
    )
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=form.eos, pad_token=form.eos)
    fast.save_pretrained(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(fast),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=heads[0],
        num_key_value_heads=heads[1],
        max_position_embeddings=context,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        initializer_range=0.6,  # so that what follows depends on what came, and does not fall into one token
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    form.save(folder)
    return folder
