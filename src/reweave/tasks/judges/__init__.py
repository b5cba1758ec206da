"""Judges: from a program to sandbox jobs, and from what came of them to a verdict.

``tests`` runs a test text, ``values`` compares what calls return with what the reference returns, ``stdin``
compares what is printed, ``command`` runs other languages' compilers and interpreters, ``ds1000`` is that
benchmark's own protocol. None of them runs anything: the jobs are for :class:`reweave.sandbox.Sandbox`.
"""
