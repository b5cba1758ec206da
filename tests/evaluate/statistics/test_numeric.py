"""What the statistics load, and what they say where it is missing."""

import subprocess
import sys


def fresh(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_room_itself_loads_no_numpy():
    """``import reweave.evaluate`` costs nothing; model shapes and normal forms need no numpy either."""
    code = "import sys, reweave.evaluate\n"
    code += "import reweave.evaluate.statistics.model_shape, reweave.evaluate.statistics.normal_form\n"
    assert fresh(code + "print('numpy' in sys.modules)") == "False\n"


def test_without_numpy_the_extra_is_named():
    """The error says what to install."""
    code = "import sys\nsys.modules['numpy'] = None\nfrom reweave.errors import MissingExtraError\n"
    code += "try: import reweave.evaluate.statistics.summary\nexcept MissingExtraError as error: print(error)"
    assert "pip install 'reweave[eval]'" in fresh(code)
