"""What an Excel file would unpack to, found without unpacking it into memory.

An ``.xlsx`` is a zip of XML. Its list says how large each part is, and no more than that is ever unpacked of
it. Each part of XML is streamed once through Python's own parser: a document type (where entities that grow
are declared) is refused, and cells are counted by the places that they name, since one cell in the last
corner makes a sheet of 17 billion.
"""

import re
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat

from reweave.errors import RowError
from reweave.ground.contexts.config import ContextsConfig
from reweave.ground.contexts.table import check_size
from reweave.ground.contexts.text import visible

_BLOCK = 1 << 20
_PARTS = 10_000
_OLD = b"\xd0\xcf\x11\xe0"
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
_PLACE = re.compile(r"([A-Za-z]{1,3})[0-9]")
_ROW = re.compile(r"[0-9]{1,7}")
_COMPUTED = frozenset({"array", "dataTable"})


@dataclass(frozen=True, slots=True)
class Formulas:
    """What a workbook computes.

    Attributes:
        cells: Cells that hold a formula.
        ranges: Formulas that fill a range of cells; they have no text of their own in each of them.
    """

    cells: int
    ranges: int


def look_into(data: bytes, config: ContextsConfig) -> Formulas:
    """Look through an Excel file before it is opened.

    Raises:
        RowError: It is no workbook, damaged, larger than the limits, or holds a document type.
    """
    if not data:
        raise RowError("empty-file", "the file has no bytes")
    if data.startswith(_OLD):
        raise RowError("not-xlsx", "an old Excel file (.xls), or one with a password")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _look(archive, config)
    except _DAMAGED as error:
        raise RowError("damaged", visible(str(error), 300)) from error
    except expat.ExpatError as error:
        raise RowError("damaged", f"a part of it is no XML: {visible(str(error), 300)}") from error


def _look(archive: zipfile.ZipFile, config: ContextsConfig) -> Formulas:
    parts = archive.infolist()
    if "xl/workbook.xml" not in {part.filename.replace("\\", "/").lower() for part in parts}:
        raise RowError("not-xlsx", "a zip archive without a workbook in it")
    size = sum(part.file_size for part in parts)
    if size > config.max_unpacked or len(parts) > _PARTS:
        raise RowError(
            "too-large",
            f"{size:,} bytes unpacked in {len(parts):,} parts; the limits are {config.max_unpacked:,} "
            f"and {_PARTS:,}",
        )
    cells = ranges = 0
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            sheet = _Sheet()
            with archive.open(part) as file:
                while block := file.read(_BLOCK):
                    sheet.parser.Parse(block, False)
                sheet.parser.Parse(b"", True)
            check_size(sheet.rows, sheet.columns, config.max_cells)
            cells, ranges = cells + sheet.formulas, ranges + sheet.ranges
    return Formulas(cells, ranges)


class _Sheet:
    """Counts rows and columns of a part; of one that is no sheet it finds none."""

    def __init__(self) -> None:
        self.rows = self.columns = self.formulas = self.ranges = 0
        self._at_row = self._at_column = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._document_type

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            place = _PLACE.match(attributes.get("r", ""))
            self._at_column = _number(place[1]) if place else self._at_column + 1
            self.columns = max(self.columns, self._at_column)
        elif name == "row":
            place = _ROW.match(attributes.get("r", ""))
            self._at_row = int(place[0]) if place else self._at_row + 1
            self.rows = max(self.rows, self._at_row)
            self._at_column = 0
        elif name == "f":
            self.formulas += 1
            self.ranges += attributes.get("t") in _COMPUTED

    def _document_type(self, *_: object) -> None:
        raise RowError("document-type", "a part of it declares a document type, which no workbook needs")


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
