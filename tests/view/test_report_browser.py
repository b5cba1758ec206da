"""The report in a real browser: k, failing samples, keys, hostile texts, large and small runs.

Skips, with its reason, where there is no Chromium or no driver for it; ``make system`` installs both.
Screenshots go to the folder named by REWEAVE_SHOTS, or to pytest's temporary folder.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from runs import TASKS, write_run

from reweave.evaluate.run_files import RunFiles, read_run
from reweave.view.report import write_report

pytest.importorskip("selenium", reason="selenium is not installed: pip install 'reweave[dev]'")
from browser import BROWSER, DRIVER, Reader
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs chromium and chromedriver: run `make system`"
)

WIDTHS = [1280, 390]

# Only what is drawn counts.
READ = """
const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
const lines = (box) => shown(`#${box} .line`).map((row) => row.querySelector("code").textContent);
return {
  k: document.querySelector("#ks input:checked")?.value,
  figures: shown(".pass tbody tr").map((row) => [row.dataset.k, row.querySelector(".value").textContent]),
  chosen: [...new Set(shown(".chart .chosen").map((mark) => mark.dataset.k))],
  name: shown("#name").map((each) => each.textContent).join(""),
  step: shown("#step").map((each) => each.textContent.replace(/\\s+/g, " ").trim()).join(""),
  program: lines("program"),
  tests: lines("tests"),
  fault: shown("#tests .fault").map((row) => row.querySelector("code").textContent),
  strings: shown("#program .string").map((piece) => piece.textContent),
  fresh: shown("#program .fresh").map((row) => row.querySelector("code").textContent),
  cut: shown("#program .cut").map((row) => row.querySelector("code").textContent),
  detail: shown("#detail").map((each) => each.textContent).join(""),
  edit: shown("#edit-facts").map((each) => each.textContent).join(""),
  bright: shown("#grid .cell:not(.out)").length,
  selected: shown("#grid [aria-selected]").map((cell) => Number(cell.dataset.task)),
  sideways: document.documentElement.scrollWidth > document.documentElement.clientWidth,
};
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFiles:
    return read_run(write_run(tmp_path_factory.mktemp("run"), tasks=164, samples=10, names="HumanEval/{}"))


@pytest.fixture(scope="module")
def page(run: RunFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([run], tmp_path_factory.mktemp("page") / "report.html")[0]


def shoot(reader: Reader, path: Path) -> None:
    """Keep a picture of the whole page."""
    width, height = reader.run("return [innerWidth, document.documentElement.scrollHeight]")
    reader.window(width, min(height, 6000))
    reader.driver.save_screenshot(str(path))


def failing(run: RunFiles) -> tuple[str, int, dict[str, Any]]:
    """The first sample of which an assertion of the tests did not hold."""
    for task in run.tasks:
        for place, row in enumerate(run.verdicts(task)):
            if row["reason"] == "failed" and "assert" in row["detail"]:
                return task, place, row
    raise AssertionError


@pytest.mark.parametrize("width", WIDTHS)
def test_failing_sample_opens_and_k_switches(
    reader: Reader, run: RunFiles, page: Path, shots: Path, width: int
) -> None:
    """A click on k shows its figures; a failing sample shows its program, its failing test and its detail."""
    reader.window(width, 900)
    reader.visit(page)
    for figure in run.pass_at_k:
        reader.driver.find_element(By.CSS_SELECTOR, f"#ks input[value='{figure.k}'] + span").click()
        seen = reader.run(READ)
        assert seen["figures"] == [[str(figure.k), f"{100 * figure.value:.1f} %"]]
        assert seen["chosen"] == [str(figure.k)]
    reader.driver.find_element(By.CSS_SELECTOR, "#ks input[value='all'] + span").click()
    assert [k for k, _ in reader.run(READ)["figures"]] == ["1", "2", "5", "10"]

    reader.driver.find_element(By.CSS_SELECTOR, "[data-reason='failed']").click()
    seen = reader.run(READ)
    with_failures = [task for task, reasons in run.reasons().items() if "failed" in reasons]
    assert seen["bright"] == len(with_failures)
    task, place, row = failing(run)
    cell = list(run.tasks).index(task)
    reader.driver.find_element(By.CSS_SELECTOR, f"#grid [data-task='{cell}']").click()
    seen = reader.run(READ)
    while seen["step"] != f"Sample {place + 1} of 10 failed":
        reader.click("next")
        seen = reader.run(READ)
    assert seen["name"] == task
    assert seen["program"] == run.samples(task)[row["sample"]]["program"].splitlines()
    assert seen["tests"] == run.tasks[task]["tests"].splitlines()
    assert seen["detail"] == row["detail"]
    (fault,) = seen["fault"]
    assert fault.strip() in row["detail"]
    assert not seen["sideways"]
    shoot(reader, shots / f"report-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_keys(reader: Reader, run: RunFiles, page: Path, width: int) -> None:
    """Every key does what the page says that it does, and nothing while the list of keys is open."""
    reader.window(width, 900)
    reader.visit(page)
    assert reader.run(READ)["k"] == "1"
    reader.press("k")
    assert reader.run(READ)["k"] == "2"
    reader.press("KK")
    assert reader.run(READ)["k"] == "all"
    reader.press("k")
    reader.press("g")
    for _ in range(3):
        reader.press(Keys.ARROW_RIGHT)
    assert reader.run(READ)["selected"] == [3]
    columns = reader.run("return columns()")
    reader.press(Keys.ARROW_DOWN)
    assert reader.run(READ)["selected"] == [3 + columns]
    reader.press(Keys.ARROW_UP, Keys.ARROW_LEFT)
    assert reader.run(READ)["selected"] == [2]
    reader.press(Keys.HOME)
    assert reader.run(READ)["selected"] == [0]
    reader.press(Keys.ENTER)
    assert reader.run("return document.activeElement.id") == "program"
    before = reader.run(READ)["step"]
    reader.press(Keys.ARROW_RIGHT)
    after = reader.run(READ)["step"]
    assert (before.split()[1], after.split()[1]) == ("1", "2")
    reader.press("n")
    assert reader.run(READ)["selected"] == [1]
    reader.press("p")
    assert reader.run(READ)["selected"] == [0]
    passed = [reason == "passed" for reasons in run.reasons().values() for reason in reasons]
    first = passed.index(False, 1)
    reader.press("f")
    assert reader.run("return [at.task, at.sample]") == [first // 10, first % 10]
    reader.press("?", "f", Keys.ESCAPE)
    assert reader.run("return [at.task, at.sample]") == [first // 10, first % 10]
    reader.press("/", "eval/16")
    assert reader.run(READ)["bright"] == 1 + 4
    reader.press(Keys.ENTER, Keys.ESCAPE)
    assert reader.run(READ)["selected"] == [16]


def test_address_keeps_the_place(reader: Reader, page: Path) -> None:
    """Reloading shows the same k, task and sample; an address that fits nothing shows the beginning."""
    reader.visit(page, "#k=5&reason=failed&task=HumanEval%2F7&sample=4")
    assert reader.run("return [at.k, at.reason, at.task, at.sample]") == ["5", "failed", 7, 3]
    reader.press(Keys.ARROW_RIGHT)
    reader.waits_for("location.hash.includes('sample=5')")
    reader.driver.refresh()
    assert reader.run("return [at.k, at.reason, at.task, at.sample]") == ["5", "failed", 7, 4]
    reader.visit(page, "#k=77&reason=none&task=nobody&sample=x&run=9")
    assert reader.run("return [at.k, at.reason, at.task, at.run]") == ["1", "", -1, 0]


def test_answer_shows_what_was_cut(reader: Reader, run: RunFiles, page: Path) -> None:
    """The whole answer is the completion; the lines around the program are struck out, and no others."""
    task, place, row = failing(run)
    reader.visit(page, f"#task={task.replace('/', '%2F')}&sample={place + 1}")
    reader.press("a")
    seen = reader.run(READ)
    sample = run.samples(task)[row["sample"]]
    assert seen["program"] == sample["completion"].splitlines()
    assert seen["cut"] == ["Here is the function:", "```python", "```", "It runs in linear time."]
    reader.press("a")
    assert reader.run(READ)["program"] == sample["program"].splitlines()
    reader.click("show-reference")
    index = list(run.tasks).index(task) % len(TASKS)
    assert reader.run(READ)["tests"] == (TASKS[index][0] + TASKS[index][2]).splitlines()


def test_edits_grow(reader: Reader, tmp_path: Path, shots: Path) -> None:
    """Brackets step through the states of an edit sequence; the lines that are new in each are marked."""
    run = read_run(
        write_run(tmp_path / "run", tasks=3, samples=2, edits=True, skill=1, ks=(1, 2), unsafe=True)
    )
    reader.visit(write_report([run], tmp_path / "report.html")[0], "#task=Synthetic%2F2&sample=2")
    states = [state.splitlines() for state in run.samples("Synthetic/2")[1]["edits"]]
    for number in range(len(states), 0, -1):
        seen = reader.run(READ)
        assert seen["edit"].startswith(f"Edit {number} of {len(states)}, +")
        assert seen["program"] == states[number - 1]
        # A docstring that is not closed yet colours nothing but its own lines.
        assert not any("return" in piece or "append" in piece for piece in seen["strings"])
        if number > 1:
            added = len(states[number - 1]) - len(states[number - 2])
            assert len(seen["fresh"]) == added
        reader.press("[")
    ActionChains(reader.driver).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT).key_up(Keys.SHIFT).perform()
    assert reader.run(READ)["program"] == states[1]
    assert reader.run("return document.querySelector('.banner').checkVisibility()")
    shoot(reader, shots / "report-edits-unsafe.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_several_runs(reader: Reader, tmp_path: Path, shots: Path, width: int) -> None:
    """Runs stand side by side; r goes from one to the next, and grid and samples follow."""
    folders = [
        write_run(tmp_path / "base", tasks=40, samples=10, skill=0.4),
        write_run(tmp_path / "edits", tasks=40, samples=10, skill=0.6, seed=2, edits=True, flops=7e12),
        write_run(
            tmp_path / "a-run-with-a-very-long-name-of-its-own", tasks=30, samples=5, seed=3, flops=None
        ),
    ]
    runs = [read_run(folder) for folder in folders]
    reader.window(width, 900)
    reader.visit(write_report(runs, tmp_path / "report.html")[0], "#task=Synthetic%2F1&sample=1")
    for number in (0, 1, 2, 0):
        reason = runs[number].reasons()["Synthetic/1"][0]
        seen = reader.run(READ)
        assert seen["step"] == f"Sample 1 of {len(runs[number].reasons()['Synthetic/1'])} {reason}"
        assert reader.run("return at.run") == number
        reader.press("r")
    assert [len(row) for row in seen["figures"]] == [2, 2, 2]
    assert not seen["sideways"]
    assert reader.run("return document.querySelectorAll('.pairs tr.chosen').length") == 2
    reader.visit(tmp_path / "report.html", "#run=3&task=Synthetic%2F35")
    assert reader.run(READ)["step"] == "No samples"
    shoot(reader, shots / f"report-several-{width}.png")


def test_split_report_leads_to_the_page(reader: Reader, tmp_path: Path) -> None:
    """A task whose samples are on another page leads there, to the same place."""
    run = read_run(write_run(tmp_path / "run", tasks=12, samples=5, skill=0.5))
    pages = write_report([run], tmp_path / "odd name #1.html", max_bytes=6_000)
    assert len(pages) > 2
    last = list(run.tasks)[-1]
    reader.visit(pages[0], f"#k=2&task={last.replace('/', '%2F')}&sample=3")
    seen = reader.run(READ)
    assert (seen["name"], seen["program"]) == (last, [])
    reader.driver.find_element(By.CSS_SELECTOR, "#elsewhere a").click()
    reader.waits_for("document.querySelectorAll('#program .line, #program .no-text').length > 0")
    assert reader.run("return data.page") == len(pages) - 1
    assert reader.run("return [at.k, at.sample, tasks[at.task].id]") == ["2", 2, last]


HOSTILE = (
    "</script><script>window.hacked=1</script>\n",
    "<img src=x onerror='window.hacked=1'>\n<!-- & {{data}} \u2028 -->\n",
    "x = '\u202e\x0c\ufeff\x7f'\r\n",
)


def test_hostile_texts_stay_texts(reader: Reader, tmp_path: Path) -> None:
    """Programs, names, models and details that would break a careless page are shown as they are."""
    run = read_run(
        write_run(
            tmp_path / "<i>run", tasks=3, samples=3, skill=1, programs=HOSTILE, ks=(1,),
            names="</script><b onmouseover=window.hacked=1>{}", model="<svg onload=window.hacked=1>",
        )
    )  # fmt: skip
    reader.visit(write_report([run], tmp_path / "report.html")[0])
    reader.press("n")
    for number in range(3):
        seen = reader.run(READ)
        assert "\n".join(seen["program"]).replace("\r", "") == HOSTILE[number].rstrip("\r\n")
        reader.press(Keys.ARROW_RIGHT)
    assert seen["name"] == "</script><b onmouseover=window.hacked=1>0"
    assert reader.run("return window.hacked") is None
    assert (
        reader.run("return document.querySelectorAll('main img, main i, [onload], [onmouseover]').length")
        == 0
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    "shape",
    [
        {"tasks": 1140, "samples": 20, "ks": (1, 10)},
        {"tasks": 8, "samples": 200, "ks": (1, 10, 100), "names": "a/path/" + "long_name_" * 20 + "{}"},
        {"tasks": 30, "samples": 5, "skill": 0, "ks": (1, 5)},
        {"tasks": 1, "samples": 1, "ks": (1,)},
        {"tasks": 3, "samples": 2, "ks": ()},
    ],
    ids=["1140-tasks", "200-samples", "no-pass", "one-sample", "no-k"],
)
def test_shapes(
    reader: Reader, tmp_path: Path, shots: Path, width: int, shape: dict[str, Any], request: Any
) -> None:
    """From one sample to 1,140 tasks the page fits the screen, and the last sample of all can be read."""
    run = read_run(write_run(tmp_path / "run", **shape))
    last = list(run.tasks)[-1]
    reader.window(width, 900, scheme="dark" if width == 390 else "light")
    reader.visit(write_report([run], tmp_path / "report.html")[0])
    reader.press("g", Keys.END)
    if shape["tasks"] == 1:
        reader.press("n")
    reader.run("go({ sample: 1e6 })")
    seen = reader.run(READ)
    assert seen["name"] == last
    assert seen["step"] == f"Sample {shape['samples']} of {shape['samples']} {run.reasons()[last][-1]}"
    assert not seen["sideways"]
    name = request.node.callspec.id
    shoot(reader, shots / f"report-{name}.png")


def test_without_a_sample_line(reader: Reader, tmp_path: Path) -> None:
    """A verdict whose sample cannot be read is shown, and the page says why there is no program."""
    folder = write_run(tmp_path / "run", tasks=2, samples=2, skill=1, ks=(1,))
    lines = (folder / "samples.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "samples.jsonl").write_text("".join(["{damaged\n", *lines[1:]]), encoding="utf-8")
    reader.visit(
        write_report([read_run(folder)], tmp_path / "report.html")[0], "#task=Synthetic%2F0&sample=1"
    )
    assert reader.run("return document.querySelector('#program .no-text').textContent").startswith(
        "Its line in"
    )
    assert "line 1 cannot be read" in reader.run("return document.querySelector('.notes').textContent")
    reader.press(Keys.ARROW_RIGHT)
    assert reader.run(READ)["program"] == json.loads(lines[1])["program"].splitlines()


def test_print_shows_every_k(reader: Reader, page: Path, shots: Path) -> None:
    """On paper, where nobody can switch, all rows of the table are there, and controls are not."""
    reader.visit(page)
    reader.window(1280, 900, media="print")
    seen = reader.run(READ)
    assert [k for k, _ in seen["figures"]] == ["1", "2", "5", "10"]
    assert not reader.driver.find_element(By.ID, "ks").is_displayed()
    reader.driver.save_screenshot(str(shots / "report-print.png"))
