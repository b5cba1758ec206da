"""LintSeq: programs taken apart into edit sequences, and their text forms.

structure, lookahead/     what of a program can be deleted, and what hangs on it
plan, paths, machine      the sampler: one program, its paths, many programs at once
checkers/                 what passes a state
random_chunks             the ablation without a checker
codec/                    edit sequences as text, and back
rows, statistics, api     what is written, counted, and offered to Python
"""
