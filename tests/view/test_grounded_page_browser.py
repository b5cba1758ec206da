"""The page of grounded rows in a real browser: rows, tables, filters, keys, hostile texts, small screens.

Skips, with its reason, where there is no Chromium or no driver for it; ``make system`` installs both.
Screenshots go to the folder named by REWEAVE_SHOTS, or to pytest's temporary folder.
"""

from pathlib import Path

import orjson
import pytest

pytest.importorskip("selenium", reason="selenium is not installed: pip install 'reweave[dev]'")
pytest.importorskip("pandas", reason="the data extra is not installed")
import pandas as pd
from browser import BROWSER, DRIVER, Reader
from grounded_rows import HOSTILE, SALES, grounded, rows
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from reweave.ground.page import page_row
from reweave.view.grounded import write_grounded_pages

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs chromium and chromedriver: run `make system`"
)

WIDTHS = [1280, 390]

# Only what is drawn counts.
READ = """
const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
const texts = (selector) => shown(selector).map((each) => each.textContent);
const cells = (row) => [...row.cells].map((cell) => cell.textContent);
const table = (box) => [...box.querySelectorAll("tr")].map(cells);
const named = (box) => [box.querySelector(".variable").textContent, table(box)];
return {
  name: texts("#name").join(""),
  step: texts("#step").join(""),
  intent: texts("#intent").join(""),
  card: texts("#card-box").length,
  context: texts("#context .line code"),
  code: texts("#code .line code"),
  comments: texts("#code .comment"),
  marked: texts("#code .missed code"),
  values: Object.fromEntries(shown(".value").map(named)),
  notes: texts(".value .note"),
  left: texts(".left"),
  plain: texts(".value .text"),
  specs: shown("#specs .panel").map((box) => [box.dataset.form, box.querySelector("header").textContent]),
  spec: texts("#specs .text"),
  mutants: shown("#mutants table").flatMap(table).slice(1),
  chosen: shown("#mutants .chosen").map((line) => line.cells[0].textContent),
  tally: texts("#tally").join(""),
  claims: shown("#contract table").flatMap(table).slice(1),
  facts: texts("#facts dt, #facts dd"),
  only: texts("#only").length,
  entries: texts(".entry .id"),
  found: texts("#found").join(""),
  totals: texts("#totals").join(""),
  sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
};
"""


def written(made: list, path: Path) -> Path:
    ready = [page_row(orjson.loads(orjson.dumps(row)), number) for number, row in enumerate(made)]
    return write_grounded_pages(ready, path, title="Grounded")[0]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(rows(), tmp_path_factory.mktemp("grounded") / "grounded.html")


def shoot(reader: Reader, path: Path) -> None:
    """Keep a picture of the whole page."""
    width, height = reader.run("return [innerWidth, document.documentElement.scrollHeight]")
    reader.window(width, min(height, 6000))
    reader.driver.save_screenshot(str(path))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_row(reader: Reader, page: Path, shots: Path, width: int) -> None:
    """A row shows texts, values as tables, specifications, mutants, claims; nothing runs over the side."""
    reader.window(width, 844)
    reader.visit(page)
    seen = reader.run(READ)
    assert seen["name"] == "sales/total"
    assert seen["step"] == "Row 1 of 3"
    assert seen["intent"] == "How much is sold in each region?"
    assert seen["card"] == 1
    assert seen["context"][-1] == "df = pd.read_csv('sales.csv')"
    assert seen["code"] == ["by = df.groupby('region')  # each region", "total = by['price'].sum()"]
    assert seen["comments"] == ["# each region"]
    assert seen["marked"] == ["total = by['price'].sum()"]
    assert seen["values"]["df"][0][1:3] == [f"region{SALES['region'].dtype}", "pricefloat64"]
    assert seen["values"]["df"][2][1:3] == ["South", "30.833333333333332"]
    assert seen["values"]["df"][3][2] == "nan"
    assert seen["values"]["total"][1:3] == [["East", "7.0"], ["North", "12.25"]]
    assert seen["specs"] == [
        ["type", "Typeaccepts its programrefuses 1 of 4 mutants"],
        ["summary", "Summaryaccepts its programrefuses 2 of 4 mutants"],
        ["example", "Exampleaccepts its programrefuses 3 of 4 mutants"],
    ]
    assert seen["spec"] == [rows()[0]["specs"][form] for form in ("type", "summary", "example")]
    assert seen["mutants"][0] == ["aggregation", "2", "sum() to mean()", "refused by the example"]
    assert seen["mutants"][3][3] == "missed"
    assert seen["tally"].startswith("5 mutants, 4 judged: 1 refused by the type")
    assert ["summary", "total", "groups", "one row for each region of df"] in seen["claims"]
    assert not seen["sideways"]
    shoot(reader, shots / f"grounded-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_switch(reader: Reader, page: Path, width: int) -> None:
    """Keys and buttons go to the next row and back, and stop at the ends."""
    reader.window(width, 844)
    reader.visit(page)
    for key, name in (
        ("n", "plain"),
        ("n", "kinds"),
        ("n", "kinds"),
        ("p", "plain"),
        (Keys.ARROW_RIGHT, "kinds"),
        (Keys.ARROW_LEFT, "plain"),
    ):
        reader.press(key)
        seen = reader.run(READ)
        assert seen["name"] == name
        assert not seen["sideways"]
    assert seen["only"] == 1
    assert seen["card"] == 0
    assert seen["values"]["prices"][1] == ["0", "12.5", "float"]
    assert "48.75" in seen["plain"]
    reader.click("next")
    seen = reader.run(READ)
    assert seen["values"]["grid"][2] == ["1", "3.0", "4.0", "5.0"]
    assert seen["values"]["seen"][1:] == [["'x'", "str"], ["'y'", "str"]]
    assert seen["values"]["words"][1] == ["'b'", "'two'", "str"]
    assert ["axes 1", "title", "'Prices'"] in seen["values"]["Plots"]
    assert seen["plain"] == ["a\tb\nc"]
    assert seen["tally"] == "No mutants were tried."
    assert seen["facts"] == ["topic", "kinds of values"]
    reader.click("back")
    assert reader.run(READ)["name"] == "plain"


def test_filters(reader: Reader, page: Path) -> None:
    """By outcome, by kind, by words; the mutants meant are marked, the shares are theirs."""
    reader.visit(page)
    seen = reader.run(READ)
    assert seen["found"] == "3 rows"
    assert seen["totals"] == "Of 6 judged mutants, refused by type 16.7 %, summary 50.0 %, example 83.3 %"
    outcome, kind = (Select(reader.driver.find_element(By.ID, name)) for name in ("outcome", "kind"))
    outcome.select_by_value("missed")
    seen = reader.run(READ)
    assert (seen["entries"], seen["found"], seen["chosen"]) == (["sales/total"], "1 of 3 rows", ["constant"])
    outcome.select_by_value("example")
    kind.select_by_value("mutant:constant")
    seen = reader.run(READ)
    assert (seen["entries"], seen["name"]) == (["plain"], "plain")
    assert seen["chosen"] == ["constant"]
    assert seen["totals"] == "Of 2 judged mutants, refused by type 0.0 %, summary 50.0 %, example 100.0 %"
    outcome.select_by_value("")
    kind.select_by_value("value:ndarray")
    assert reader.run(READ)["entries"] == ["kinds"]
    kind.select_by_value("")
    reader.run("document.activeElement.blur()")
    reader.press("/", "RANK the")
    assert reader.run(READ)["entries"] == ["plain"]
    reader.press(Keys.ENTER)
    assert reader.run(READ)["name"] == "plain"
    assert reader.run("return document.activeElement.id") != "search"


def test_keys_and_address(reader: Reader, page: Path) -> None:
    """The list of keys holds them back, w wraps, and the address keeps the row."""
    reader.visit(page)
    reader.press("?", "n")
    assert reader.run(READ)["name"] == "sales/total"
    reader.press(Keys.ESCAPE, "w")
    assert reader.run("return document.body.classList.contains('wrap')")
    reader.press("n")
    reader.waits_for("location.hash === '#row=plain'")
    reader.driver.refresh()
    assert reader.run(READ)["name"] == "plain"
    reader.visit(page, "#row=kinds")
    assert reader.run(READ)["name"] == "kinds"


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile(reader: Reader, tmp_path: Path, shots: Path, width: int) -> None:
    """Markup, direction marks and 10,000 columns are text in a table that scrolls by itself."""
    wide = pd.DataFrame([[HOSTILE] * 10_000] * 3, columns=[f"{n} {HOSTILE}" for n in range(10_000)])
    row = grounded(
        HOSTILE, HOSTILE * 3, {"df": wide, HOSTILE: HOSTILE},
        {"z": {HOSTILE: [HOSTILE] * 90}, "s": "w" * 9_000},
        context=HOSTILE * 500, intent=HOSTILE * 200, card=HOSTILE,
        mutants=[(HOSTILE, 1, HOSTILE, HOSTILE), ("a", 1, "x" * 900, "missed")], most=8 << 20,
        **{HOSTILE: HOSTILE},
    )  # fmt: skip
    reader.window(width, 844)
    reader.visit(written([row, row], tmp_path / "hostile.html"))
    seen = reader.run(READ)
    assert reader.run("return window.hacked === undefined && !document.querySelector('img')")
    assert seen["name"] == HOSTILE
    assert seen["intent"].startswith(HOSTILE)
    assert len(seen["values"]["df"][0]) == 18
    assert seen["values"]["df"][0][-1] == "… 9,984 more columns"
    assert "\\u202e" in seen["values"]["df"][1][1] or "…" in seen["values"]["df"][1][1]
    assert any("more character" in each for each in seen["left"])
    assert not seen["sideways"]
    assert reader.run("return document.querySelectorAll('#name .control').length") == 3
    shoot(reader, shots / f"grounded-hostile-{width}.png")
    reader.press("n")
    reader.waits_for("location.hash.includes('twin=1')")


def test_list_on_a_phone(reader: Reader, page: Path, shots: Path) -> None:
    """The list opens over the page with its filters, fits it, and closes once a row is chosen."""
    reader.window(390, 844)
    reader.visit(page)
    assert not reader.driver.find_element(By.ID, "list").is_displayed()
    reader.click("open-list")
    assert reader.driver.find_element(By.ID, "outcome").is_displayed()
    assert reader.driver.save_screenshot(str(shots / "grounded-list-390.png"))
    assert not reader.run(READ)["sideways"]
    reader.driver.find_elements(By.CSS_SELECTOR, ".entry")[2].click()
    assert not reader.driver.find_element(By.ID, "list").is_displayed()
    assert reader.run(READ)["name"] == "kinds"


def test_no_rows(reader: Reader, tmp_path: Path) -> None:
    """A page of nothing says so, and its keys do no harm."""
    reader.visit(written([], tmp_path / "none.html"))
    reader.press("n", "p", Keys.ARROW_RIGHT)
    seen = reader.run(READ)
    assert (seen["name"], seen["found"]) == ("No grounded rows", "0 rows")


def test_several_pages(tmp_path: Path) -> None:
    """Above the limit the rows go to further pages, each of them on one."""
    ready = [page_row(row, number) for number, row in enumerate(rows())]
    pages = write_grounded_pages(ready, tmp_path / "g.html", title="t", max_bytes=1)
    assert [each.name for each in pages] == ["g.html", "g-2.html", "g-3.html"]
    assert '"sales/total"' in pages[0].read_text(encoding="utf-8")


def test_dark_and_print(reader: Reader, page: Path, shots: Path) -> None:
    """Dark by the reader's setting; on paper light, without the list."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    reader.window(1280, 800, scheme="dark")
    reader.visit(page)
    assert reader.run(ground) == "rgb(21, 23, 26)"
    shoot(reader, shots / "grounded-dark.png")
    reader.window(1280, 800, scheme="dark", media="print")
    assert reader.run(ground) == "rgb(255, 255, 255)"
    assert not reader.driver.find_element(By.ID, "list").is_displayed()
