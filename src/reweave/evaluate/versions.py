"""The versions that verdicts rest on: those of the samples' interpreter, which need not be ours."""

import json
import subprocess
from collections.abc import Sequence

from reweave import __version__
from reweave.sandbox.interpreter import interpreter

_DISTRIBUTION = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "PyYAML", "bs4": "beautifulsoup4"}
_ASK = """
import importlib.metadata, json, sys
found = {}
for module, name in json.loads(sys.argv[1]).items():
    try:
        found[module] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
"""


def versions(python: str | None, libraries: Sequence[str]) -> dict[str, str]:
    """Give the versions of reweave, of the samples' Python, and of those libraries that it has.

    Args:
        python: As for ``Sandbox``.
        libraries: Names of modules.

    Raises:
        SandboxError: There is no such interpreter.
    """
    runs = interpreter(python)
    found = {"reweave": __version__, "python": ".".join(map(str, runs.version))}
    if not libraries:
        return found
    asked = json.dumps({name: _DISTRIBUTION.get(name, name) for name in libraries})
    done = subprocess.run(
        [runs.executable, "-I", "-c", _ASK, asked], capture_output=True, text=True, check=False, timeout=60
    )
    return found | (json.loads(done.stdout) if done.returncode == 0 else {})
