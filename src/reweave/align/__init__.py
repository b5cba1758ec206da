"""Self-alignment: a base model's own instruction data, from code seeds to tested answers (SelfCodeAlign).

A room a stage. ``seeds`` finds the functions that instructions grow from.
"""
