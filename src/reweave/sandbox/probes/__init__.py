"""Attacks on the sandbox, shipped as data: programs that try to get out, and wrong answers that try to pass.

``reweave doctor --sandbox`` runs them all against the sandbox of this machine. The programs end in
``.py.txt``, so that nothing that collects or imports Python files ever runs one by accident.
"""
