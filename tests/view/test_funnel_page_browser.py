"""The funnel's page in a real browser: bars, sums, examples, keys, on a screen and on a phone.

Skips, with its reason, where there is no Chromium or no driver for it; ``make system`` installs both.
"""

from pathlib import Path

import orjson
import pytest

from reweave.align.funnel import read_funnel
from reweave.view.funnel import write_funnel_page

pytest.importorskip("selenium", reason="selenium is not installed: pip install 'reweave[dev]'")
from browser import BROWSER, DRIVER, Reader
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs chromium and chromedriver: run `make system`"
)

HOSTILE = "</pre></script><img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\u2028\x07"
STAGES = {
    "concepts": (1000, 900, {"empty-block": 60, "no-concepts": 40}, {}),
    "instructions": (900, 700, {"too-long": 50, "refers-to-code": 100, "duplicate": 30}, {"timeout": 20}),
    "responses": (700, 700, {}, {}),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("funnel")
    for name, (read, kept, rejected, failed) in STAGES.items():
        (folder / name).mkdir()
        counts = {
            "stage": name,
            "unit": "rows",
            "read": read,
            "kept": kept,
            "rejected": rejected,
            "failed": failed,
        }
        (folder / name / "stage.json").write_bytes(
            orjson.dumps({"counts": counts, "rules": [*rejected, "unused"]})
        )
        rejects = [
            {
                "id": f"{reason}/{n}",
                "outcome": outcome,
                "reason": reason,
                "detail": HOSTILE,
                "row": {"answer": HOSTILE},
            }
            for outcome, gone in (("rejected", rejected), ("failed", failed))
            for reason in gone
            for n in range(2)
        ]
        lines = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in rejects)
        (folder / name / "rejects.jsonl").write_bytes(lines)
    write_funnel_page(read_funnel(folder), folder / "funnel.html", title="a chain")
    return folder / "funnel.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_figures(reader: Reader, page: Path, shots: Path, width: int) -> None:
    """Each stage shows its sum and its rules; nothing runs over the side; hostile texts stay texts."""
    reader.window(width, 800)
    reader.visit(page)
    told = reader.run("return [...document.querySelectorAll('.sum')].map((each) => each.textContent)")
    assert told == [
        "1,000 rows read = 900 kept + 100 rejected + 0 failed",
        "900 rows read = 700 kept + 180 rejected + 20 failed",
        "700 rows read = 700 kept + 0 rejected + 0 failed",
    ]
    rules = reader.run(
        "return [...document.querySelectorAll('#stage-instructions tbody tr')]"
        ".map((row) => row.cells[0].textContent)"
    )
    assert rules == ["timeout failed", "too-long", "refers-to-code", "duplicate"]
    left = reader.run(
        "return document.querySelector('#stage-concepts tbody tr:last-child').cells[3].textContent"
    )
    assert left == "900"
    assert not reader.run(
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert reader.run("return window.hacked === undefined")
    reader.press("e")
    assert reader.run("return document.querySelectorAll('details[open]').length") == 6
    assert "onerror" in reader.run("return document.querySelector('details pre').textContent")
    reader.driver.save_screenshot(str(shots / f"funnel-{width}.png"))


def test_bars_are_to_scale(reader: Reader, page: Path) -> None:
    """All stages are drawn on one scale, and their parts are as wide as their counts."""
    reader.visit(page)
    widths = reader.run(
        "return [...document.querySelectorAll('.overview .bar')].map((bar) => {"
        " const whole = bar.getBoundingClientRect().width;"
        " return [...bar.children].map((part) => part.getBoundingClientRect().width / whole); })"
    )
    sums = [sum(parts) for parts in widths]
    assert sums == pytest.approx([1.0, 0.9, 0.7], abs=0.01)
    assert widths[1] == pytest.approx([0.7, 0.02, 0.05, 0.1, 0.03], abs=0.01)


def test_keys(reader: Reader, page: Path) -> None:
    """Keys n and p walk through the stages, e opens and closes all examples, ? shows the keys."""
    reader.window(1280, 400)
    reader.visit(page)
    at = "return document.activeElement.id"
    reader.press("n")
    assert reader.run(at) == "stage-concepts"
    reader.press("nnnn")
    assert reader.run(at) == "stage-responses"
    reader.press("p")
    assert reader.run(at) == "stage-instructions"
    reader.press("ee")
    assert reader.run("return document.querySelectorAll('details[open]').length") == 0
    reader.press("?")
    assert reader.run("return document.getElementById('help').open")
    reader.press("n")
    assert reader.run(at) != "stage-responses"  # the dialog has the keys
    reader.driver.find_element(By.CSS_SELECTOR, "#help button").click()
    reader.click("open-help")
    assert reader.run("return document.getElementById('help').open")


def test_dark_and_print(reader: Reader, page: Path, shots: Path) -> None:
    """Dark by the reader's setting; on paper always light."""
    ground = "return getComputedStyle(document.body).backgroundColor"
    reader.window(1280, 800, scheme="dark")
    reader.visit(page)
    assert reader.run(ground) == "rgb(21, 23, 26)"
    reader.driver.save_screenshot(str(shots / "funnel-dark.png"))
    reader.window(1280, 800, scheme="dark", media="print")
    assert reader.run(ground) == "rgb(255, 255, 255)"
