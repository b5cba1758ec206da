"""The page as a document: escaping, splitting, the content security policy, and colours one can read."""

import base64
import hashlib
import html.parser
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reweave.records import EditSequence
from reweave.view.page import build_page, write_pages


class Parts(html.parser.HTMLParser):
    """The elements of a document in order, and the text of its title, style and scripts."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside = False
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element."""
        self.tags.append((tag, dict(attrs)))
        self.texts.append("")
        self.inside = True

    def handle_endtag(self, tag: str) -> None:
        """What follows is not the element's text."""
        self.inside = False

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if self.inside:
            self.texts[-1] += data

    def of(self, tag: str, **attributes: str) -> list[str]:
        """Give the texts of the elements with this name and these attributes."""
        return [
            text
            for (name, found), text in zip(self.tags, self.texts, strict=True)
            if name == tag and attributes.items() <= found.items()
        ]


def embedded(document: str) -> list[EditSequence]:
    """Read the sequences back from a page."""
    (data,) = Parts(document).of("script", id="data")
    return [
        EditSequence(name, path, instruction, program, inserted_at, checker, preset, seed, language)
        for name, instruction, language, program, paths in json.loads(data)
        for path, checker, preset, seed, inserted_at in paths
    ]


texts = st.text(
    st.one_of(st.characters(), st.sampled_from("<>&\u2028\u2029\r\x0c\x00\ud800\udfff'\"\\{}")), max_size=30
)


@given(st.lists(st.tuples(texts, texts, texts), max_size=4), texts)
def test_every_text_comes_through(rows: list[tuple[str, str, str]], title: str) -> None:
    """Ids, instructions and programs of any characters are embedded as data and read back as they were."""
    sequences = [
        EditSequence(f"{index}{name}", 0, instruction, program, [0] * 3, "ruff <1>", "default", 1)
        for index, (name, instruction, program) in enumerate(rows)
    ]
    assert embedded(build_page(sequences, title=title)) == sequences


def test_markup_stays_data(hostile: EditSequence) -> None:
    """A hostile program adds no element to the document, and no raw line separator to its source."""
    plain = Parts(build_page([replace(hostile, id="a", instruction="b", program="c")], title="t"))
    document = build_page([hostile], title="</title><script>")
    assert Parts(document).tags != []
    assert [tag for tag, _ in Parts(document).tags] == [tag for tag, _ in plain.tags]
    assert not re.search("[\u2028\u2029\r]", document)


def test_policy_allows_this_page_and_nothing_else(sequences: list[EditSequence]) -> None:
    """The policy names the hashes of the one script and the one style, and forbids all else."""
    parts = Parts(build_page(sequences, title="t"))
    (policy,) = [found["content"] for tag, found in parts.tags if tag == "meta" and "http-equiv" in found]
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules == {
        "default-src": "'none'",
        "script-src": digest(parts.of("script")[-1]),
        "style-src": digest(parts.of("style")[0]),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_script_never_writes_markup() -> None:
    """Nothing in the page's script can turn text into markup or code, or ask for anything."""
    for name in (
        "page.js",
        "report.js",
        "samples.js",
        "grounded.js",
        "list.js",
        "code.js",
        "text.js",
        "tokens.js",
    ):
        script = resources.files("reweave.view").joinpath(name).read_text(encoding="utf-8")
        careless = r"(inner|outer|Adjacent)HTML|\.write\(|eval\(|Function\(|fetch\(|XMLHttp|import\("
        assert not re.search(careless, script), name


def test_nothing_points_elsewhere(sequences: list[EditSequence]) -> None:
    """No element names a source or an address outside the page."""
    parts = Parts(build_page(sequences, title="t"))
    assert not any({"src", "srcset", "action"} & found.keys() for _, found in parts.tags)
    assert not any("href" in found for _, found in parts.tags)
    assert "url(" not in parts.of("style")[0]
    assert "@import" not in parts.of("style")[0]


def test_program_is_embedded_once(make: Callable[..., EditSequence]) -> None:
    """Ten paths of a program cost its text once; equal ids with other programs stay apart."""
    marker = "only_once = 1\n"
    document = build_page([make(marker, name="a", path=path) for path in range(10)], title="t")
    assert document.count("only_once") == 1
    assert len(embedded(document)) == 10
    assert len(embedded(build_page([make("a\n", name="a"), make("b\n", name="a")], title="t"))) == 2


def test_small_set_is_one_page(sequences: list[EditSequence], tmp_path: Path) -> None:
    """Below the limit there is one file, the same as the document, without links."""
    path = tmp_path / "new" / "folder" / "page.html"
    assert write_pages(sequences, path, title="t") == [path]
    assert path.read_bytes() == build_page(sequences, title="t").encode()
    assert [each.name for each in path.parent.iterdir()] == ["page.html"]
    assert "<a " not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", [1, 3_000, 6_000, 50_000])
def test_large_set_is_split(sequences: list[EditSequence], tmp_path: Path, limit: int) -> None:
    """Every program is on exactly one page, in order; a page is within the limit, or holds one program."""
    written = write_pages(sequences, tmp_path / "page.html", title="t", max_bytes=limit)
    assert written == [
        tmp_path / ("page.html" if n == 1 else f"page-{n}.html") for n in range(1, len(written) + 1)
    ]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    pages = [path.read_text(encoding="utf-8") for path in written]
    assert [each for page in pages for each in embedded(page)] == sequences
    sizes = [len(Parts(page).of("script", id="data")[0].encode()) for page in pages]
    counts = [len({each.id for each in embedded(page)}) for page in pages]
    assert all(size <= limit + 2 or count == 1 for size, count in zip(sizes, counts, strict=True))
    assert len(written) == {1: 10, 50_000: 1}.get(limit, len(written))
    for number, page in enumerate(pages):
        links = {found["rel"]: found["href"] for tag, found in Parts(page).tags if tag == "a"}
        expected = {"prev": written[number - 1].name} if number else {}
        if number + 1 < len(written):
            expected["next"] = written[number + 1].name
        assert links == expected


def test_same_input_gives_same_bytes(sequences: list[EditSequence], tmp_path: Path) -> None:
    """Nothing of the day, the machine or the order of a set gets into a page."""
    first = write_pages(sequences, tmp_path / "page.html", title="t")[0].read_bytes()
    assert write_pages(iter(sequences), tmp_path / "page.html", title="t")[0].read_bytes() == first


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast(scheme: int) -> None:
    """Text on every ground it stands on has WCAG AA contrast (4.5); borders of controls and marks have 3."""
    css = resources.files("reweave.view").joinpath("base.css").read_text(encoding="utf-8")
    colours = dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme])
    )
    assert len(colours) == 16
    code = ["ink", "muted", "keyword", "string", "number", "comment", "name", "decorator", "fresh-mark"]
    pairs = [(text, ground) for text in code for ground in ("surface", "fresh")]
    pairs += [
        (text, ground)
        for text in ("ink", "muted", "accent")
        for ground in ("paper", "surface", "accent-soft")
    ]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    for ground in ("paper", "surface"):
        assert contrast(colours["strong"], colours[ground]) >= 3
