"""Self-alignment (SelfCodeAlign): a base model makes its own instruction data, and every loss is counted.

- ``seeds``: the functions that instructions grow from.
- ``stage``: what a stage is, and which there are; ``stage_folder`` runs one over its rows, kept and rejected.
- ``chain``: the stages that ask a model: concepts, instructions, responses; and the pairs at the end.
- ``validate``: what a response's tests show, by stubs, mutants and agreement; what is selected.
- ``perplexity``: how likely models find the data of one source or another.
- ``run``: all stages one after the other; ``config``: their settings; ``funnel``: what each rule dropped.
"""
