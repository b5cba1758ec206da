"""The side of the boundary that runs untrusted code.

These files are mounted read-only into the sandbox and run by the samples' own interpreter, which need not be
the one reweave runs under: plain standard library, Python 3.8 and later, no import of reweave. They know no
expected value. The trusted side imports ``plain`` and ``frames`` from here, so that one codec serves both.
"""
