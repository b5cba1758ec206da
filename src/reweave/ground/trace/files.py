"""The rule for files and the network: which programs touch them, by their text.

A rule about data, not about safety: the sandbox has no file to read and no network, so such a program shows
nothing of what it would do. Told by name, as a person would see it:

- an import of a module of ``MODULES``, or of one below it;
- a call of ``open``, or of anything's ``open``;
- a reader or writer of ``READERS`` and ``WRITERS`` (pandas', numpy's, matplotlib's), unless what it is given
  is text in memory: ``io.StringIO(...)``, ``io.BytesIO(...)``, or a name that such a call is bound to; a
  method of ``ASKED`` that is given nothing (``df.to_csv()``) gives back text, and is no writer.

``DataFrame.to_dict`` and the like, which have no file to write to, are on no list.
"""

import ast
from collections.abc import Iterator

from reweave.align.seeds.modules import first_denied, imported
from reweave.parsing import parse_quietly

MODULES = frozenset(
    (  # noqa: SIM905 - forty names
        "aiohttp boto3 bz2 ctypes dbm fileinput ftplib glob gzip http httplib httplib2 httpx imaplib lzma"
        " mmap multiprocessing nntplib os paramiko pathlib pickle poplib posix pty requests resource shelve"
        " shutil signal smtplib socket socketserver sqlalchemy sqlite3 ssl subprocess tarfile telnetlib"
        " tempfile urllib urllib2 urllib3 webbrowser xmlrpc zipfile"
    ).split()
)
"""Modules for files, processes and the network."""

READERS = frozenset(
    (  # noqa: SIM905 - likewise
        "read_clipboard read_csv read_excel read_feather read_fwf read_gbq read_hdf read_html read_json"
        " read_orc read_parquet read_pickle read_sas read_spss read_sql read_sql_query read_sql_table"
        " read_stata read_table read_xml ExcelFile HDFStore fromfile genfromtxt imread loadtxt memmap"
    ).split()
)
WRITERS = frozenset(
    (  # noqa: SIM905 - likewise
        "to_clipboard to_excel to_feather to_gbq to_hdf to_pickle to_sql to_stata ExcelWriter imsave savefig"
        " savetxt savez savez_compressed tofile"
    ).split()
)
ASKED = frozenset(
    ("to_csv", "to_html", "to_json", "to_latex", "to_markdown", "to_orc", "to_parquet", "to_string", "to_xml")
)
"""Those that give back text where they are given no file."""

_FILE = frozenset({"buf", "excel_writer", "fname", "io", "path", "path_or_buf", "path_or_buffer"})
_MEMORY = frozenset({"StringIO", "BytesIO"})
_NUMPY = frozenset({"load", "save"})  # said of numpy alone: others have methods of these names


def touches_files(program: str, context: str = "") -> str | None:
    """Say what in a program touches files or the network, None where nothing does.

    Args:
        program: What is looked at.
        context: What ran before it, for the names that are text in memory.

    >>> touches_files("df = pd.read_csv('sales.csv')")
    'line 1: read_csv'
    >>> touches_files("df = pd.read_csv(io.StringIO(text))\\nshown = df.to_csv()")

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: The program does not parse.
    """
    module = first_denied(imported(program), MODULES, ())
    if module is not None:
        return f"imports {module}"
    tree = parse_quietly(program)
    memory = frozenset((*_in_memory(_parsed(context)), *_in_memory(tree)))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        name = _called(call)
        if name is not None and _touches(name, call, memory):
            return f"line {call.lineno}: {name}"
    return None


def _touches(name: str, call: ast.Call, memory: frozenset[str]) -> bool:
    given = [*call.args[:1], *(each.value for each in call.keywords if each.arg in _FILE)]
    if any(_is_memory(each, memory) for each in given):
        return False
    if name in ASKED:
        return any(not (isinstance(each, ast.Constant) and each.value is None) for each in given)
    if name in _NUMPY:
        owner = getattr(call.func, "value", None)
        return isinstance(owner, ast.Name) and owner.id in {"np", "numpy"}
    return name == "open" or name in READERS or name in WRITERS


def _called(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None


def _in_memory(tree: ast.Module | None) -> Iterator[str]:
    """Give the names that text in memory is bound to."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Assign) and _is_memory(node.value, frozenset()):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_memory(node: ast.expr, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names
    return isinstance(node, ast.Call) and _called(node) in _MEMORY


def _parsed(context: str) -> ast.Module | None:
    try:
        return parse_quietly(context)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # its run says what is wrong with it
