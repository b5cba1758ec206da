"""The public surface: what `reweave` offers, and what importing it costs."""

import inspect
import subprocess
import sys

import reweave

PUBLIC = [
    "CheckerError", "DecodeError", "Decoded", "Diagnostic", "EditSequence", "EstimateError", "InputError",
    "MissingExtraError", "ModelError", "Program", "ProgramError", "Reject", "ReweaveError", "RowError",
    "RunError", "SandboxError", "decode", "decode_lenient", "edit_sequences", "encode",
]  # fmt: skip
HEAVY = {
    "pyarrow", "pydantic", "typer", "click", "rich", "orjson", "numpy", "pylint", "astroid", "matplotlib",
    "multiprocessing", "subprocess", "ast", "asyncio", "sqlite3",
}  # fmt: skip


def fresh(code):
    """Run code in a fresh interpreter; give its output."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_all_is_this_and_sorted():
    """Names are added and removed on purpose."""
    assert reweave.__all__ == PUBLIC == sorted(PUBLIC)


def test_every_name_resolves_and_is_documented():
    """Each public name is there, has a docstring, and says it is from reweave."""
    for name in reweave.__all__:
        value = getattr(reweave, name)
        assert inspect.getdoc(value), name
        assert value.__module__.startswith("reweave.")
    assert set(reweave.__all__) <= set(dir(reweave))


def test_star_import_gives_all():
    """``from reweave import *`` gives the public names and no other."""
    assert fresh("from reweave import *; print(*[n for n in dir() if n[0] != '_'])") == PUBLIC


def test_unknown_names_are_attribute_errors():
    """A name that is not there raises what Python expects."""
    assert not hasattr(reweave, "nothing")


def test_importing_loads_nothing_heavy():
    """``import reweave`` brings in none of what reweave depends on."""
    loaded = {name.partition(".")[0] for name in fresh("import sys, reweave; print(*sys.modules)")}
    before = {name.partition(".")[0] for name in fresh("import sys; print(*sys.modules)")}
    assert "reweave" in loaded
    assert not (loaded - before) & HEAVY


def test_help_loads_nothing_heavy():
    """``reweave --help`` brings in the console and nothing that reads or checks."""
    code = "import sys\nsys.argv = ['reweave', '--help']\nfrom reweave.cli import main\n"
    code += "try: main()\nexcept SystemExit: pass\nprint('MODULES', *sys.modules)"
    words = fresh(code)
    loaded = {name.partition(".")[0] for name in words[words.index("MODULES") :]}
    assert not loaded & {"pyarrow", "pydantic", "orjson", "numpy", "pylint", "matplotlib"}
    assert "doctor" in words


def test_error_tree():
    """Every error of reweave's is a ReweaveError; the tree in the module's docstring is the real one."""
    from reweave import errors

    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    assert all(issubclass(c, errors.ReweaveError) for c in classes)
    for cls in classes:
        assert cls.__name__ in errors.__doc__
        assert cls.__name__ in reweave.__all__
