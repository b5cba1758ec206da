"""Excel files written by hand, part by part, so that they can be wrong. Not a test itself."""

import io
import zipfile
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>{}</Types>'
)
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{}.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{}</Relationships>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Formula(str):
    """A cell that computes; what was computed last is 7."""

    __slots__ = ()


class Raw(str):
    """A cell as it stands in the XML."""

    __slots__ = ()


def letters(number):
    """Name a column, from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(place, value):
    """Write a cell."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, Formula):
        return f'<c r="{place}"><f>{escape(value[1:])}</f><v>7</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    # What XML cannot hold is left out, as the programs do that write such files
    text = "".join(each for each in value if each in "\t\n" or " " <= each <= "\ud7ff" or each > "\ue000")
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def sheet(rows):
    """Write a sheet's XML; None is no cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            cell(f"{letters(place)}{number}", value)
            for place, value in enumerate(row, 1)
            if value is not None
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def workbook(*sheets, more=()):
    """Pack sheets, each rows or XML, into a workbook; ``more`` are further parts: (name, content)."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="Sheet {n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    head = f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">'
    book = f"{head}<sheets>{listed}</sheets></workbook>"
    to_sheets = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    to_book = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    parts = [
        ("[Content_Types].xml", _TYPES.format("".join(map(_SHEET_TYPE.format, numbers)))),
        ("_rels/.rels", _RELATIONS.format(to_book)),
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", _RELATIONS.format(to_sheets)),
    ]
    parts += [
        (f"xl/worksheets/sheet{n}.xml", each if isinstance(each, str | bytes) else sheet(each))
        for n, each in zip(numbers, sheets, strict=True)
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*parts, *more):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
