"""The names under which tests reach Python's operations: operators, builtins, methods, a few modules.

What is not in these tables is not for the data form. How each is kept from running for long is
:mod:`reweave.sandbox.judge.bounded`'s business.
"""

import copy
import math
import operator
import string
from collections.abc import Callable, Mapping
from typing import Any

from reweave.sandbox.judge.bounded import (
    COMPARED,
    PLAIN,
    TYPES,
    Items,
    Unsupported,
    add,
    arithmetic,
    contains,
    counted,
    extreme,
    is_instance,
    items,
    join,
    making,
    multiply,
    numeric,
    of_sets,
    plain,
    power,
    product,
    ranged,
    replace,
    rounded,
    shift,
    to_dict,
    to_int,
    total,
    type_of,
    up_to,
    walking,
)

equal = operator.eq
"""Safe on anything decoded: exact types all the way down, and a decoder that bounds size and depth."""


COMPARISONS: Mapping[str, Callable[..., Any]] = {
    "Eq": equal,
    "NotEq": operator.ne,
    "Lt": plain(operator.lt, COMPARED),
    "LtE": plain(operator.le, COMPARED),
    "Gt": plain(operator.gt, COMPARED),
    "GtE": plain(operator.ge, COMPARED),
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": plain(contains, COMPARED),
    "NotIn": plain(lambda member, values: not contains(member, values), COMPARED),
}

OPERATORS: Mapping[str, Callable[..., Any]] = {
    "Add": add,
    "Mult": multiply,
    "Pow": power,
    "LShift": shift,
    **{
        name: arithmetic(function)
        for name, function in {
            "Sub": operator.sub,
            "Div": operator.truediv,
            "FloorDiv": operator.floordiv,
            "Mod": operator.mod,
            "RShift": operator.rshift,
            "BitAnd": operator.and_,
            "BitOr": operator.or_,
            "BitXor": operator.xor,
        }.items()
    },
    "USub": plain(operator.neg),
    "UAdd": plain(operator.pos),
    "Invert": plain(operator.invert),
    "Not": operator.not_,
}

subscript = plain(operator.getitem)
make_slice = plain(slice)

BUILTINS: Mapping[str, Any] = {
    **{kind.__name__: kind for kind in TYPES if kind is not type(None)},
    "abs": plain(abs),
    "all": walking(all),
    "any": walking(any),
    "bin": plain(bin),
    "chr": plain(chr),
    "divmod": numeric(divmod),
    "enumerate": lambda values, start=0: Items(list(enumerate(items(values), start))),
    "hex": plain(hex),
    "isinstance": is_instance,
    "len": plain(len),
    "max": extreme(max),
    "min": extreme(min),
    "oct": plain(oct),
    "ord": plain(ord),
    "pow": power,
    "range": ranged,
    "repr": plain(repr),
    "reversed": lambda values: Items(items(values)[::-1]),
    "round": rounded,
    "sorted": lambda values, *, reverse=False: sorted(items(values), reverse=reverse),
    "sum": total,
    "type": type_of,
    "zip": lambda *values: Items(list(zip(*map(items, values), strict=False))),
}

CONVERSIONS: Mapping[type, Callable[..., Any]] = {
    bool: plain(bool),
    int: to_int,
    float: plain(float),
    complex: plain(complex),
    str: plain(lambda value="": str(value)),
    bytes: plain(lambda value=b"": bytes(items(value))),
    list: lambda values=(): items(values),
    tuple: lambda values=(): tuple(items(values)),
    dict: to_dict,
    set: making(set),
    frozenset: making(frozenset),
}
"""What calling a type does."""

_MATHS = (  # noqa: SIM905 - forty names
    "acos asin atan atan2 ceil copysign cos cosh degrees e exp fabs floor fmod gcd hypot inf isclose "
    "isfinite isinf isnan isqrt lcm log log10 log2 nan pi pow radians sin sinh sqrt tan tanh tau "
    "trunc "
).split()

MODULES: Mapping[str, Mapping[str, Any]] = {
    "math": {
        **{
            name: numeric(value) if callable(value) else value
            for name, value in vars(math).items()
            if name in _MATHS
        },
        "comb": up_to(math.comb, 2000),
        "factorial": up_to(math.factorial, 1000),
        "fsum": lambda values: math.fsum(items(values)),
        "prod": product,
    },
    "copy": {"copy": plain(copy.copy), "deepcopy": plain(copy.deepcopy)},
    "collections": {"Counter": counted},
    "string": {name: value for name, value in vars(string).items() if type(value) is str and name[0] != "_"},
}
"""Modules of which something is known."""

_TEXT = (  # noqa: SIM905 - likewise
    "capitalize count endswith find index isalnum isalpha isdigit islower isnumeric isspace isupper "
    "lower lstrip rfind rindex rstrip split splitlines startswith strip swapcase title upper "
).split()

METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: {
        **{name: plain(getattr(str, name)) for name in _TEXT},
        "join": join,
        "replace": replace,
    },
    list: {"count": plain(list.count), "index": plain(list.index), "copy": plain(list.copy)},
    tuple: {"count": plain(tuple.count), "index": plain(tuple.index)},
    dict: {
        "get": plain(dict.get),
        "copy": plain(dict.copy),
        "keys": lambda value: Items(items(value)),
        "values": lambda value: Items(list(value.values())),
        "items": lambda value: Items(list(value.items())),
    },
    set: {
        name: of_sets(getattr(set, name))
        for name in ("difference", "intersection", "issubset", "issuperset", "union")
    },
}

METHOD_NAMES = frozenset(name for methods in METHODS.values() for name in methods)


def method(name: str) -> Callable[..., Any]:
    """Give the operation that calls the method ``name`` of its first operand."""

    def call(value: Any, *values: Any, **named: Any) -> Any:
        try:
            function = METHODS[type(value)][name]
        except KeyError:
            # What another type would do is not ours to say, but that lists have no .lower is
            if type(value) in PLAIN and not hasattr(value, name):
                raise AttributeError(f"{type(value).__name__!r} object has no attribute {name!r}") from None
            raise Unsupported(f".{name} of {type(value).__name__}") from None
        return function(value, *values, **named)

    return call
