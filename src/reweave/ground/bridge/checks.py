"""Tests of a function made of one run: it is given what went in, and must give what came out.

Numbers may differ in the sixth digit; element types and names of axes may differ where values agree. Whether
such tests show anything is for ``reweave align validate`` to measure.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reweave.errors import RowError
from reweave.ground.bridge.literals import literal
from reweave.ground.specs.kinds import kind, type_name

_MODULES = {"math": "math", "datetime": "datetime", "np": "numpy", "pd": "pandas"}
_CLOSE = "rel_tol=1e-05, abs_tol=1e-08"


def tests_of(name: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any], most: int) -> str:
    """Give the text of a function's tests.

    Args:
        name: The function's.
        inputs: Its arguments by name.
        outputs: What it gives: the one value, or a dict of them.
        most: Characters of the text at most.

    Raises:
        RowError: ``not-plain-enough`` or ``too-long``.

    >>> print(tests_of("solution", {"xs": [3, 1]}, {"ys": [1, 3]}, 1000))
    assert solution([3, 1]) == [1, 3]
    <BLANKLINE>
    >>> print(tests_of("solution", {"x": 9}, {"root": 3.0, "n": 1}, 1000))
    import math
    <BLANKLINE>
    result = solution(9)
    assert math.isclose(result['root'], 3.0, rel_tol=1e-05, abs_tol=1e-08)
    assert result['n'] == 1
    <BLANKLINE>
    """
    call = f"{name}({', '.join(map(literal, inputs.values()))})"
    if len(outputs) == 1:
        [value] = outputs.values()
        lines = [*_asserted("result", value)]
        if len(lines) == 1 and lines[0].count("result") == 1 and lines[0].startswith("assert "):
            lines = [lines[0].replace("result", call, 1)]
        else:
            lines.insert(0, f"result = {call}")
    else:
        lines = [f"result = {call}"]
        for output, value in outputs.items():
            lines += _asserted(f"result[{output!r}]", value)
    body = "\n".join(lines)
    used = [f"import {module}" + (f" as {short}" if short != module else "")
            for short, module in _MODULES.items() if f"{short}." in body]  # fmt: skip
    text = "\n".join([*used, "", body] if used else [body]) + "\n"
    if len(text) > most:
        raise RowError("too-long", f"tests of {len(text):,} characters, over {most:,}")
    return text


def _asserted(what: str, value: Any) -> Sequence[str]:
    """Give the statements that hold a value against what is expected."""
    word = kind(value)
    if word in {"DataFrame", "Series"}:
        sort = "frame" if word == "DataFrame" else "series"
        options = "check_dtype=False, check_names=False"
        return [f"pd.testing.assert_{sort}_equal({what}, {literal(value)}, {options})"]
    if word in {"Index", "MultiIndex"}:
        return [f"pd.testing.assert_index_equal({what}, {literal(value)}, exact=False, check_names=False)"]
    if type_name(value) == "numpy ndarray":
        if value.dtype.kind in "fc":
            return [f"np.testing.assert_allclose({what}, {literal(value)}, rtol=1e-05, atol=1e-08)"]
        return [f"np.testing.assert_array_equal({what}, {literal(value)})"]
    text = literal(value)
    if value is None:
        return [f"assert {what} is None"]
    if word == "float" and not isinstance(value, (list, tuple)):
        if math.isfinite(value):
            return [f"assert math.isclose({what}, {text}, {_CLOSE})"]
        return [f"assert math.isnan({what})" if math.isnan(value) else f"assert {what} == {text}"]
    if "float('nan')" in text or "pd.N" in text:
        raise RowError("not-plain-enough", "a container with values that are not themselves, such as NaN")
    if type(value) in {list, tuple} and value and all(map(_is_number, value)) and _floats(value):
        return [
            f"assert len({what}) == {len(value)}",
            f"assert all(math.isclose(a, b, {_CLOSE}) for a, b in zip({what}, {text}))",
        ]
    return [f"assert {what} == {text}"]


def _is_number(value: Any) -> bool:
    return type(value) in {int, float} and math.isfinite(value)


def _floats(values: Sequence[Any]) -> bool:
    return any(type(value) is float for value in values)
