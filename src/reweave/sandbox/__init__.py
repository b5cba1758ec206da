"""Running untrusted code: isolation that holds, verdicts that cannot be forged, at fork speed.

``docs/sandbox.md`` says what is promised and what is not.
"""
