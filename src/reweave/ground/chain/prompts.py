"""What the models of the chain are shown, as ``reweave.align.chain.prompts`` has documents.

The templates are in ``reweave/ground/templates``; each can be replaced by a file of the same form.
"""

from reweave.align.chain.parse import OURS
from reweave.align.chain.prompts import Form, Shot

PACKAGE = "reweave.ground"


def _table(shot: Shot) -> str:
    brief = "\n".join(f"{name}: {shot[name]}" for name in ("tasks", "topic", "wording"))
    return f"{OURS.block('table', shot['table'])}\n{OURS.block('brief', brief)}"


def _numbered(shot: Shot) -> str:
    listed = "\n".join(f"{n}. {text.strip()}" for n, text in enumerate(shot["intents"], 1))
    return OURS.block("tasks", listed)


def _cells(shot: Shot) -> str:
    parts = [OURS.block("table", shot["table"])] if shot["table"].strip() else []
    return "\n".join([*parts, OURS.block("cell", shot["context"]), OURS.block("task", shot["intent"])])


def _ran(shot: Shot) -> str:
    return f"{OURS.block('task', shot['intent'])}\n{OURS.block('values', shot['values'])}"


INTENTS = Form(
    "intents",
    ("table", "tasks", "topic", "wording", "intents"),
    _table,
    _numbered,
    "tasks",
    ("tasks",),
    PACKAGE,
)
CANDIDATES = Form(
    "candidates",
    ("table", "context", "intent", "code"),
    _cells,
    lambda shot: OURS.block("code", shot["code"]),
    "code",
    ("code",),
    PACKAGE,
)
SUMMARIES = Form(
    "summaries",
    ("intent", "values", "summary"),
    _ran,
    lambda shot: OURS.block("summary", shot["summary"]),
    "summary",
    ("summary",),
    PACKAGE,
)
FORMS = (INTENTS, CANDIDATES, SUMMARIES)
"""All there are."""


def table_of(card: str, head: str) -> str:
    """Give what a prompt shows of a table: its card, and its first rows.

    >>> table_of("Table t.", "")
    'Table t.'
    """
    return f"{card.strip()}\nFirst rows:\n{head.rstrip()}" if head.strip() else card.strip()
