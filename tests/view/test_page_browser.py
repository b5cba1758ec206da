"""The page in a real browser: what a reader sees at every step, and what untrusted programs cannot do.

Skips, with its reason, where there is no Chromium or no driver for it; ``make system`` installs both.
Screenshots go to the folder named by REWEAVE_SHOTS, or to pytest's temporary folder.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reweave.records import EditSequence, split_lines
from reweave.view.page import write_pages

pytest.importorskip("selenium", reason="selenium is not installed: pip install 'reweave[dev]'")
from browser import BROWSER, DRIVER, Reader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs chromium and chromedriver: run `make system`"
)

# Only what is drawn counts: a row that is in the document but not visible is not shown.
READ = """
const rows = [...document.querySelectorAll("#program .line")].filter((row) => row.checkVisibility());
return {
  lines: rows.map((row) => row.querySelector("code").textContent),
  spaces: rows.every((row) => getComputedStyle(row.querySelector("code")).whiteSpace.startsWith("pre")),
  numbers: rows.map((row) => row.querySelector(".gutter").dataset.n),
  fresh: rows.flatMap((row, index) => row.classList.contains("fresh") ? [index] : []),
  marked: rows.flatMap((row, index) =>
    getComputedStyle(row.querySelector(".gutter"), "::after").content.includes("+") ? [index] : []),
  coloured: rows.flatMap((row, index) =>
    getComputedStyle(row).backgroundColor !== "rgba(0, 0, 0, 0)" ? [index] : []),
  openEnd: rows.length > 0 && rows.at(-1).classList.contains("open-end"),
  diff: [...document.querySelectorAll("#diff .range, #diff .line code")].map((each) => each.textContent),
  step: document.querySelector("#step b").textContent,
  slider: document.querySelector("#slider").value,
  name: document.querySelector("#name").textContent,
  instruction: document.querySelector("#instruction").textContent,
};
"""

NAMES = "return [...document.querySelectorAll('.entry .id')].map((each) => each.textContent)"


@pytest.fixture(scope="module")
def page(sequences: list[EditSequence], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pages(sequences, tmp_path_factory.mktemp("page") / "page.html", title="Made by hand")[0]


def shows(seen: dict[str, Any], sequence: EditSequence, edit: int) -> None:
    """Assert that a reader sees exactly the state after ``edit``, its new lines marked, and its diff."""
    state = split_lines(sequence.states()[edit])
    present = [at for at in sequence.inserted_at if at <= edit]
    fresh = [index for index, at in enumerate(present) if at == edit]
    assert seen["lines"] == [line.removesuffix("\n") for line in state]
    assert seen["spaces"], "indentation is drawn, not collapsed"
    assert seen["openEnd"] == (not state[-1].endswith("\n"))
    assert seen["numbers"] == [str(n) for n in range(1, len(state) + 1)]
    assert seen["fresh"] == seen["marked"] == seen["coloured"] == fresh
    assert seen["step"] == f"Edit {edit + 1} of {len(sequence.edit_lines)}"
    assert seen["slider"] == str(edit + 1)
    assert seen["diff"] == diff(state, present, edit)


def diff(state: list[str], present: list[int], edit: int) -> list[str]:
    """The hunks of an edit, the slow way: each header by counting lines before it."""
    shown: list[str] = []
    for index, line in enumerate(state):
        if present[index] == edit:
            if index == 0 or present[index - 1] != edit:
                size = 0
                while index + size < len(state) and present[index + size] == edit:
                    size += 1
                old = sum(1 for at in present[:index] if at < edit)
                shown.append(f"@@ -{old},0 +{index + 1}{f',{size}' if size != 1 else ''} @@")
            shown.append(line.removesuffix("\n"))
    return shown


def test_arrow_keys_step_through_paths(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Right shows each state up to the program, left goes back, ] is the next path, down the next program.

    Every path of the first three programs, and the first of the others.
    """
    reader.visit(page)
    for number, sequence in enumerate(sequences):
        every = number < 9
        if number % 3 and not every:
            continue
        edits = len(sequence.edit_lines)
        for edit in range(edits):
            shows(reader.run(READ), sequence, edit)
            reader.press(Keys.ARROW_RIGHT)
        last = reader.run(READ)
        assert "".join(f"{line}\n" for line in last["lines"]) == sequence.program
        assert (last["name"], last["instruction"]) == (sequence.id, sequence.instruction)
        if edits > 1:
            reader.press(Keys.ARROW_LEFT)
            shows(reader.run(READ), sequence, edits - 2)
        reader.press("]" if every and number % 3 < 2 else Keys.ARROW_DOWN)


def test_buttons_step(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Next, previous, first and last do what they are called."""
    sequence = sequences[0]
    edits = len(sequence.edit_lines)
    reader.visit(page)
    for edit in range(1, edits):
        reader.click("next")
        shows(reader.run(READ), sequence, edit)
    reader.click("next")
    shows(reader.run(READ), sequence, edits - 1)
    reader.click("back")
    shows(reader.run(READ), sequence, edits - 2)
    reader.click("first")
    shows(reader.run(READ), sequence, 0)
    reader.click("back")
    shows(reader.run(READ), sequence, 0)
    reader.click("last")
    shows(reader.run(READ), sequence, edits - 1)


def test_slider_and_bars_step(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """A click on the slider below an edit's bar, or on the bar, shows that edit."""
    sequence = sequences[0]
    edits = len(sequence.edit_lines)
    reader.visit(page)
    slider = reader.driver.find_element(By.ID, "slider")
    bars = reader.driver.find_element(By.ID, "bars")
    width = bars.rect["width"]
    for edit in [*range(edits - 1, -1, -1), *range(edits)]:
        # Offsets count from the middle of both, which is the same place.
        across = round((edit + 0.5) * width / edits - width / 2)
        ActionChains(reader.driver, duration=0).move_to_element_with_offset(
            slider, across, 0
        ).click().perform()
        shows(reader.run(READ), sequence, edit)
    ActionChains(reader.driver, duration=0).move_to_element_with_offset(
        bars, across - 2 * width / edits, 5
    ).click().perform()
    shows(reader.run(READ), sequence, edits - 3)


def test_keys_reach_everything(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Home, End, [ ], up, down, / and ? work wherever the focus is, but not while typing a filter."""
    reader.visit(page)
    reader.press(Keys.END)
    shows(reader.run(READ), sequences[0], len(sequences[0].edit_lines) - 1)
    reader.press("]", "]", "]")
    shows(reader.run(READ), sequences[2], 0)
    reader.press("[")
    shows(reader.run(READ), sequences[1], 0)
    reader.press(Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    shows(reader.run(READ), sequences[3], 1)
    reader.press(Keys.HOME)
    shows(reader.run(READ), sequences[3], 0)
    reader.click("program")
    reader.press(Keys.ARROW_UP)
    shows(reader.run(READ), sequences[0], 0)
    reader.press("?")
    assert reader.run("return document.querySelector('#help').open")
    reader.press(Keys.ARROW_RIGHT, Keys.ESCAPE)
    assert not reader.run("return document.querySelector('#help').open")
    shows(reader.run(READ), sequences[0], 0)
    reader.press("/", "[?")
    assert reader.run("return document.activeElement.id + document.activeElement.value") == "search[?"
    assert not reader.run("return document.querySelector('#help').open")


def test_shift_and_an_arrow_switch_the_path(
    reader: Reader, page: Path, sequences: list[EditSequence]
) -> None:
    """What the brackets do is also on keys that every keyboard has."""
    reader.visit(page)
    for key, number in ((Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1)):
        ActionChains(reader.driver).key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT).perform()
        shows(reader.run(READ), sequences[number], 0)


@pytest.mark.parametrize("width", [1280, 390])
def test_long_lines_wrap_on_demand(
    reader: Reader, page: Path, sequences: list[EditSequence], width: int
) -> None:
    """Wrapped, the code box has nothing to scroll sideways to, and shows the same lines."""
    reader.window(width, 844)
    reader.visit(page, "#program=textwrap%2F_wrap_chunks&path=1&edit=8")
    sideways = "const box = document.querySelector('#program'); return box.scrollWidth > box.clientWidth"
    assert reader.run(sideways)
    reader.press("w")
    assert not reader.run(sideways)
    shows(reader.run(READ), sequences[-2], 7)
    reader.click("wrap")
    assert reader.run(sideways)


def test_long_instruction_opens(reader: Reader, make: Callable[..., EditSequence], tmp_path: Path) -> None:
    """A long instruction is cut short until it is asked for; a short one has no button for that."""
    rows = [make("a\n", name="a", instruction="word " * 400), make("b\n", name="b", instruction="word")]
    reader.visit(write_pages(rows, tmp_path / "page.html", title="t")[0])
    height = "return document.querySelector('#instruction').clientHeight"
    short = reader.run(height)
    reader.click("more")
    assert reader.run(height) > 2 * short
    reader.click("more")
    assert reader.run(height) == short
    reader.press(Keys.ARROW_DOWN)
    assert not reader.driver.find_element(By.ID, "more").is_displayed()


def test_space_plays(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Space starts at the edit shown, goes on by itself to the next, and space halts it."""
    reader.visit(page)
    reader.press(" ")
    assert reader.driver.find_element(By.ID, "play").accessible_name == "Pause"
    reader.waits_for("document.querySelector('#step b').textContent.startsWith('Edit 2 ')")
    reader.press(" ")
    assert reader.driver.find_element(By.ID, "play").accessible_name == "Play"
    shows(reader.run(READ), sequences[0], 1)


def test_address_keeps_the_place(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Reloading, or opening the address elsewhere, shows the same program, path and edit."""
    sequence = sequences[4]
    reader.visit(page)
    reader.press(Keys.ARROW_DOWN, "]", *[Keys.ARROW_RIGHT] * 3)
    shows(reader.run(READ), sequence, 3)
    reader.waits_for("location.hash.endsWith('edit=4')")
    fragment = reader.run("return location.hash")
    reader.driver.refresh()
    shows(reader.run(READ), sequence, 3)
    reader.visit(page, fragment)
    shows(reader.run(READ), sequence, 3)
    reader.run("location.hash = '#program=no-such&path=x&edit=99'")
    reader.waits_for("document.querySelector('#step b').textContent.startsWith('Edit 1 ')")
    shows(reader.run(READ), sequences[0], 0)


def test_an_address_given_meanwhile(reader: Reader, page: Path, sequences: list[EditSequence]) -> None:
    """Whoever goes elsewhere before the address of the last step is written gets there."""
    sequence = sequences[4]
    reader.visit(page)
    # A busy browser may write the address after it was given another, and before the page hears of it
    reader.run("window.setTimeout = (then) => { window.due = then; }")
    reader.press(Keys.ARROW_RIGHT)
    reader.waits_for("!!window.due")
    elsewhere = f"#program={quote(sequence.id)}&path={sequence.path}&edit=3"
    reader.run("location.hash = arguments[0]; window.due()", elsewhere)
    reader.waits_for("document.querySelector('#step b').textContent.startsWith('Edit 3 ')")
    shows(reader.run(READ), sequence, 2)


def test_hostile_programs_are_text(reader: Reader, hostile: EditSequence, tmp_path: Path) -> None:
    """Markup in the program, id, instruction or title shows as text at every step and runs nothing."""
    title = "</title><script>window.hacked=1</script>"
    reader.visit(write_pages([hostile], tmp_path / "a&b's #1.html", title=title)[0])
    for edit in range(len(hostile.edit_lines)):
        seen = reader.run(READ)
        shows(seen, hostile, edit)
        assert (seen["name"], seen["instruction"]) == (hostile.id, hostile.instruction)
        reader.press(Keys.ARROW_RIGHT)
    assert seen["lines"][0].endswith("\r")
    assert reader.run("return window.hacked === undefined && !document.querySelector('img')")
    assert reader.driver.title == title
    assert reader.run("return document.querySelector('h1').textContent") == title
    assert reader.run("return document.scripts.length") == 2


def test_policy_stops_a_script_that_got_in(driver: Any, page: Path) -> None:
    """Were markup to slip in some day, the content security policy would still refuse to run it."""
    Reader(driver).visit(page)
    driver.execute_script("""
      const script = document.createElement("script");
      script.textContent = "window.hacked = 1";
      document.body.append(script);
      const style = document.createElement("style");
      style.textContent = "h1 { color: rgb(1, 2, 3) }";
      document.body.append(style);
    """)
    assert driver.execute_script("return window.hacked === undefined")
    assert (
        driver.execute_script("return getComputedStyle(document.querySelector('h1')).color") != "rgb(1, 2, 3)"
    )
    assert len(driver.get_log("browser")) == 2


def test_long_program(reader: Reader, make: Callable[..., EditSequence], tmp_path: Path) -> None:
    """3,000 lines show exactly; an edit far down is scrolled to, and so is the last."""
    text = "".join(f"def f_{i}(x):\n    return x + {i}\n\n" for i in range(1000))
    sequence = make(text, name="long")
    reader.visit(
        write_pages([sequence], tmp_path / "page.html", title="long")[0], "#program=long&path=0&edit=900"
    )
    shows(reader.run(READ), sequence, 899)
    assert reader.run("""
      const box = document.querySelector("#program").getBoundingClientRect();
      const row = document.querySelector("#program .fresh").getBoundingClientRect();
      return row.top >= box.top && row.bottom <= box.bottom;
    """)
    reader.run('document.querySelector("#last").click()')
    shows(reader.run(READ), sequence, len(sequence.edit_lines) - 1)


@pytest.mark.parametrize("text", ["", "\n", "x", "\r\n\r\n", "\x0c\n"])
def test_small_programs(reader: Reader, make: Callable[..., EditSequence], tmp_path: Path, text: str) -> None:
    """No lines, one empty line, one line without an ending: the page shows just that."""
    sequence = make(text, name="small")
    reader.visit(write_pages([sequence], tmp_path / "page.html", title="small")[0])
    if text:
        shows(reader.run(READ), sequence, 0)
    else:
        assert reader.run(READ)["lines"] == []
        assert reader.run(READ)["step"] == "No edits"


def test_no_sequences(reader: Reader, tmp_path: Path) -> None:
    """A page of nothing says so, and its keys do no harm."""
    reader.visit(write_pages([], tmp_path / "page.html", title="nothing")[0])
    reader.press(Keys.ARROW_RIGHT, Keys.ARROW_DOWN, "]", " ", Keys.END)
    assert reader.run("return document.querySelector('#name').textContent") == "No edit sequences"


def test_thousands_of_programs(reader: Reader, make: Callable[..., EditSequence], tmp_path: Path) -> None:
    """The list is made as it is scrolled, filters as one types, and the arrows stay in what is left."""
    many = [make(f"x = {i}\n", name=f"row-{i:04}", instruction=f"Say {i * 7}") for i in range(3000)]
    reader.visit(write_pages(many, tmp_path / "page.html", title="many")[0])
    entries = "document.querySelectorAll('.entry').length"
    assert reader.run(f"return {entries}") == 100
    reader.run("const list = document.querySelector('#programs'); list.scrollTop = list.scrollHeight")
    reader.waits_for(f"{entries} >= 200")
    for typed, found in (("row-2999", [2999]), ("SAY 14 row", [2, 20]), ("x = 17", [17]), ("nowhere", [])):
        reader.press(Keys.ESCAPE, "/", typed)
        names = reader.run(NAMES)
        assert set(names) >= {f"row-{i:04}" for i in found}
        assert bool(names) == bool(found)
        said = reader.run("return document.querySelector('#found').textContent")
        assert said == f"{len(names) if len(names) < 100 else said.split()[0]} of 3,000 programs"
    reader.press(Keys.ESCAPE, "/", "row-150", Keys.ENTER)
    assert reader.run(READ)["name"] == "row-1500"
    reader.press(*[Keys.ARROW_DOWN] * 12)
    assert reader.run(READ)["name"] == "row-1509", "the filter leaves ten programs"
    reader.driver.find_elements(By.CSS_SELECTOR, ".entry")[3].click()
    assert reader.run(READ)["name"] == "row-1503"


def test_equal_ids_have_their_own_addresses(
    reader: Reader, make: Callable[..., EditSequence], tmp_path: Path
) -> None:
    """Two programs with one id are two entries, and the address tells them apart."""
    twins = [make("a = 1\n", name="same"), make("b = 2\n", name="same")]
    reader.visit(write_pages(twins, tmp_path / "page.html", title="twins")[0])
    reader.press(Keys.ARROW_DOWN)
    reader.waits_for("location.hash.includes('twin=1')")
    reader.driver.refresh()
    shows(reader.run(READ), twins[1], 0)


def test_pages_are_linked(reader: Reader, sequences: list[EditSequence], tmp_path: Path) -> None:
    """Next page leads through every page from the folder alone; together they show every program once."""
    pages = write_pages(sequences, tmp_path / "my page.html", title="split", max_bytes=6000)
    assert len(pages) > 2
    reader.visit(pages[0])
    seen = []
    for number in range(1, len(pages) + 1):
        assert f"Page {number} of {len(pages)}" in reader.run(
            "return document.querySelector('.pages').textContent"
        )
        seen += reader.run(NAMES)
        if number < len(pages):
            reader.driver.find_element(By.LINK_TEXT, "Next page").click()
    assert seen == list(dict.fromkeys(sequence.id for sequence in sequences))
    reader.driver.find_element(By.LINK_TEXT, "Previous page").click()
    assert f"Page {len(pages) - 1} of" in reader.run("return document.querySelector('.pages').textContent")


SPANS = """return [...document.querySelectorAll("#program code span")].map(
  (span) => [span.className, span.textContent]);"""
COLOURS = [
    ("x = 0x1F + 1.5e-3j\n", [("number", "0x1F"), ("number", "1.5e-3j")]),
    ("@cache.it  # why\n", [("decorator", "@cache.it"), ("comment", "# why")]),
    ("async def go(a: 'T') -> None:\n",
     [("keyword", "async"), ("keyword", "def"), ("name", "go"), ("string", "'T'"), ("keyword", "None")]),
    ('s = rb"a\\"#b" + f\'{x}\'  # "c"\n',
     [("string", 'rb"a\\"#b"'), ("string", "f'{x}'"), ("comment", '# "c"')]),
    ('"""one\ntwo # not a comment\n""" + x1\n',
     [("string", '"""one'), ("string", "two # not a comment"), ("string", '"""')]),
    ("a = 'goes \\\non' if 1\n",
     [("string", "'goes \\"), ("string", "on'"), ("keyword", "if"), ("number", "1")]),
    ("a = 'broken\nif\n", [("string", "'broken"), ("keyword", "if")]),
    ("match x:\n    case 1:\n        match = 2\n",
     [("keyword", "match"), ("keyword", "case"), ("number", "1"), ("number", "2")]),
    ("classé = définit\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "coloured"), COLOURS)
def test_syntax_colours(
    reader: Reader,
    make: Callable[..., EditSequence],
    tmp_path: Path,
    text: str,
    coloured: list[tuple[str, str]],
) -> None:
    """Comments, strings, keywords, numbers, decorators and defined names are coloured, nothing else."""
    sequence = make(text, name="colours")
    reader.visit(
        write_pages([sequence], tmp_path / "page.html", title="colours")[0], "#program=colours&path=0&edit=99"
    )
    assert [tuple(each) for each in reader.run(SPANS)] == coloured


def test_colours_do_not_need_the_opening_line(reader: Reader, tmp_path: Path) -> None:
    """While the line that opens a string is missing, its others and the code after keep their colours."""
    program = 'def f():\n    """Say\n    if else\n    """\n    return 1\n'
    sequence = EditSequence("f", 0, None, program, [0, 1, 0, 0, 0], "none", "paper", 0)
    reader.visit(write_pages([sequence], tmp_path / "page.html", title="strings")[0])
    assert reader.run(SPANS) == [
        ["keyword", "def"], ["name", "f"], ["string", "    if else"], ["string", '    """'],
        ["keyword", "return"], ["number", "1"],
    ]  # fmt: skip
    other = EditSequence("c", 0, None, "if x # y\n", [0], "none", "default", 0, language="c")
    reader.visit(write_pages([other], tmp_path / "other.html", title="other")[0])
    assert reader.run(SPANS) == []


def test_copying_gives_the_code(reader: Reader, hostile: EditSequence, tmp_path: Path) -> None:
    """Selected lines are copied without numbers, with their blank lines and carriage returns."""
    reader.visit(write_pages([hostile], tmp_path / "page.html", title="copy")[0], "#edit=9")
    reader.press(Keys.END)
    reader.run("""
      document.addEventListener("copy", (event) => {
        window.copied = event.clipboardData.getData("text/plain");
      });
      window.getSelection().selectAllChildren(document.querySelector("#program .lines"));
    """)
    ActionChains(reader.driver).key_down(Keys.CONTROL).send_keys("c").key_up(Keys.CONTROL).perform()
    assert reader.run("return window.copied") == hostile.program


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [(1280, 800), (900, 1000), (390, 844)], ids=str)
def test_fits_the_screen(
    reader: Reader, page: Path, shots: Path, screen: tuple[int, int], scheme: str
) -> None:
    """The page never scrolls sideways, long code scrolls in its box, the buttons are on screen."""
    width, height = screen
    reader.window(width, height, scheme=scheme)
    reader.visit(page, "#program=textwrap%2F_wrap_chunks&path=1&edit=8")
    assert reader.driver.save_screenshot(str(shots / f"page-{width}-{scheme}.png"))
    inner, scroll = reader.run("return [innerWidth, document.documentElement.scrollWidth]")
    assert scroll <= inner == width
    assert reader.run(
        "const box = document.querySelector('#program'); return box.scrollWidth > box.clientWidth"
    )
    background = reader.run("return getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in background.strip("rgb()").split(","))
    assert brightness > 700 if scheme == "light" else brightness < 100
    for name in ("first", "back", "play", "next", "last"):
        box = reader.run(f"return document.querySelector('#{name}').getBoundingClientRect().toJSON()")
        assert 0 <= box["left"] <= box["right"] <= width
        assert 0 <= box["top"] <= box["bottom"] <= height
        assert min(box["width"], box["height"]) >= (44 if width == 390 else 36)
    program, diff = [
        reader.run(f"return document.querySelector('#{name}').getBoundingClientRect().toJSON()")
        for name in ("program", "diff")
    ]
    assert diff["left"] > program["right"] if width == 1280 else diff["top"] > program["bottom"]


def test_list_on_a_phone(reader: Reader, page: Path, shots: Path) -> None:
    """The list opens over the page, fits it, and closes once a program is chosen."""
    reader.window(390, 844)
    reader.visit(page)
    assert not reader.driver.find_element(By.ID, "list").is_displayed()
    reader.click("open-list")
    assert reader.driver.find_element(By.ID, "list").is_displayed()
    assert reader.driver.save_screenshot(str(shots / "list-390-light.png"))
    assert reader.run("return document.documentElement.scrollWidth") <= 390
    reader.driver.find_elements(By.CSS_SELECTOR, ".entry")[2].click()
    assert not reader.driver.find_element(By.ID, "list").is_displayed()
    assert reader.run(READ)["name"] == "textwrap/dedent"


def test_everything_has_a_name_and_a_focus_ring(reader: Reader, page: Path) -> None:
    """What can be operated says what it is to a screen reader, steps are announced, focus is visible."""
    reader.visit(page)
    operable = reader.driver.find_elements(By.CSS_SELECTOR, "button, input, select, a, [tabindex]")
    visible = [each for each in operable if each.is_displayed()]
    assert len(visible) > 20
    assert [each.get_attribute("outerHTML") for each in visible if not each.accessible_name] == []
    assert reader.run("return document.querySelector('#step').ariaLive") == "polite"
    for _ in range(12):
        reader.press(Keys.TAB)
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert reader.run(f"return document.activeElement === document.body || {outline} !== 'none'")


def test_print(reader: Reader, page: Path) -> None:
    """On paper: light, all the code of this step, none of the controls."""
    reader.window(1280, 800, scheme="dark", media="print")
    reader.visit(page, "#program=textwrap%2F_wrap_chunks&path=1&edit=33")
    for name in ("list", "next", "slider", "path", "open-help"):
        assert not reader.driver.find_element(By.ID, name).is_displayed(), name
    clipped = "const box = document.querySelector('#program'); return box.scrollHeight > box.clientHeight + 1"
    assert not reader.run(clipped)
    assert reader.run("return getComputedStyle(document.querySelector('#program')).overflowY") == "visible"
    assert reader.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
