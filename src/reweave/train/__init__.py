"""Training: from scratch, on what the makers wrote, and training sets that can be compared.

    config, presets.toml    the settings of `reweave train sft`, and the published ones by name
    examples                rows of files to prompt and completion
    tokens                  the tokenizer made ready; examples as token ids and labels
    audit, overlong         what would be cut or not trained on, before anything is; what to do about it
    plan                    which rows make which optimizer step, and which micro-batches
    trainer                 TRL's SFTTrainer over that plan
    folder, watch, card     the run directory and its checkpoints; what is written meanwhile; the card
    prepare, sft            one training from start to end
    pretrain/               models from scratch: tokenizer, packed shards, TinyCodeLM and smaller
    variants, variant_files training sets at equal steps and equal trained tokens, and the proof

torch and what comes with it are imported by the functions that need them: ``pip install 'reweave[train]'``.
"""
