"""The report as a document: figures, escaping, splitting, what several runs share."""

import html.parser
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from runs import write_run

from reweave.evaluate.run_files import RunFiles, read_run
from reweave.evaluate.statistics.summary import compare
from reweave.view.curves import Point, chart
from reweave.view.report import write_report
from reweave.view.report_tables import run_labels

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror='window.hacked=1'>\r\n<!-- & {{title}} \u2028\u2029 -->",
    '"\u202e\x0c\ufeff\x7f\\',
)


class Document(html.parser.HTMLParser):
    """The tags of a document, the rows of its tables, and its data."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.inside = ""
        self.json = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.data: dict[str, Any] = json.loads(self.json)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row, a cell, or another element."""
        self.tags.append((tag, dict(attrs)))
        self.inside = tag
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """What follows a table is in no cell."""
        if tag == "table":
            self.rows.append([])

    def handle_data(self, data: str) -> None:
        """Keep the text of cells, of the data element, and of everything but scripts and styles."""
        if self.tags and self.tags[-1] == ("script", {"type": "application/json", "id": "data"}):
            self.json += data
        elif self.inside not in ("script", "style"):
            self.text += data
            if self.rows and self.rows[-1]:
                self.rows[-1][-1] += data


def made(tmp_path: Path, **settings: Any) -> RunFiles:
    return read_run(write_run(tmp_path, **settings))


def test_every_figure_is_the_summarys(tmp_path: Path) -> None:
    """Each k has its row with the value, the interval and n of summary.json."""
    run = made(tmp_path, tasks=20, samples=10)
    document = Document(write_report([run], tmp_path / "report.html")[0])
    ks = [attributes["data-k"] for tag, attributes in document.tags if tag == "tr" and "data-k" in attributes]
    assert ks == ["1", "2", "5", "10"]
    for figure in run.pass_at_k:
        assert figure.low is not None
        assert figure.high is not None
        (row,) = [row for row in document.rows if len(row) == 6 and row[1] == str(figure.k)]
        assert row[2] == f"{100 * figure.value:.1f} %"
        assert row[3].startswith(f"{100 * figure.low:.1f} to {100 * figure.high:.1f}")
        assert row[5].startswith("20 tasks × ")


def test_reasons_add_up(tmp_path: Path) -> None:
    """The table of reasons counts what verdicts.parquet holds, and so do the letters of the grid."""
    run = made(tmp_path, tasks=20, samples=10)
    document = Document(write_report([run], tmp_path / "report.html")[0])
    names = {letter: reason for letter, reason, _ in document.data["reasons"]}
    letters = "".join(verdicts[0] for *_, verdicts in document.data["tasks"])
    counted = {reason: letters.count(letter) for letter, reason in names.items()}
    assert counted == run.summary["verdicts"]
    for reason, n in counted.items():
        assert [row[1] for row in document.rows if row[:1] == [reason]] == [f"{n}{100 * n / 200:.1f} %"]


def test_texts_come_through_as_data(tmp_path: Path) -> None:
    """Hostile names, programs and settings add no element and are read back as they were."""
    plain = made(tmp_path / "a", tasks=4, samples=3, skill=1, model="m")
    hostile = made(
        tmp_path / "b", tasks=4, samples=3, skill=1, model=HOSTILE[0], benchmark=HOSTILE[1],
        names=HOSTILE[0] + "{}", programs=HOSTILE, groups=2,
    )  # fmt: skip
    expected = Document(write_report([plain], tmp_path / "plain.html")[0])
    page = write_report([hostile], tmp_path / "hostile.html")[0]
    document = Document(page)
    assert [tag for tag, _ in document.tags] == [tag for tag, _ in expected.tags]
    for index, (name, *_) in enumerate(document.data["tasks"]):
        assert name == HOSTILE[0] + str(index)
        texts, runs = document.data["texts"][str(index)][4:]
        rows = hostile.samples(name)
        for number, sample in enumerate(runs[0]):
            program = texts[sample[1]]
            before, after = sample[2]
            assert program == HOSTILE[(index * 3 + number) % 3]
            assert texts[before] + program + texts[after] == rows[number]["completion"]


def test_policy_holds(tmp_path: Path) -> None:
    """The page allows its own script and style by their hashes and points to nothing outside."""
    page = write_report([made(tmp_path, tasks=2, samples=2)], tmp_path / "report.html")[0]
    document = Document(page)
    (policy,) = [a["content"] or "" for tag, a in document.tags if tag == "meta" and "http-equiv" in a]
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; "
        r"base-uri 'none'; form-action 'none'",
        policy,
    )
    assert not any({"src", "srcset", "href", "style"} & attributes.keys() for _, attributes in document.tags)


def test_equal_texts_are_kept_once(tmp_path: Path) -> None:
    """A program that 50 samples share is on the page once."""
    run = made(tmp_path, tasks=1, samples=50, skill=1, ks=(1,), programs=("only_once = 1\n",))
    page = write_report([run], tmp_path / "report.html")[0]
    assert page.read_text(encoding="utf-8").count("only_once") == 1


def test_large_report_is_split(tmp_path: Path) -> None:
    """Each task's samples are on one page, the one that every page's grid names; pages are linked."""
    run = made(tmp_path, tasks=20, samples=5)
    whole = Document(write_report([run], tmp_path / "whole.html")[0])
    assert whole.data["pages"] == ["whole.html"]
    written = write_report([run], tmp_path / "new" / "r.html", max_bytes=8_000)
    assert len(written) > 2
    assert sorted(tmp_path.joinpath("new").iterdir()) == sorted(written)
    documents = [Document(page) for page in written]
    texts: dict[str, Any] = {}
    for number, document in enumerate(documents):
        assert document.data["page"] == number
        assert document.data["pages"] == [page.name for page in written]
        homes = {str(i) for i, (_, _, page, _) in enumerate(document.data["tasks"]) if page == number}
        assert set(document.data["texts"]) == homes
        texts |= document.data["texts"]
        links = {a["rel"]: a["href"] for tag, a in document.tags if tag == "a"}
        assert links.get("next") == (written[number + 1].name if number + 1 < len(written) else None)
    assert texts == whole.data["texts"]
    assert all(document.rows == whole.rows for document in documents)


def test_same_runs_give_same_bytes(tmp_path: Path) -> None:
    """Nothing of the day or of the order of a set gets into a page."""
    run = made(tmp_path, tasks=5, samples=3)
    first = write_report([run], tmp_path / "a.html")[0].read_bytes()
    assert write_report([read_run(tmp_path)], tmp_path / "a.html")[0].read_bytes() == first


def test_runs_are_compared_with_the_first(tmp_path: Path) -> None:
    """Differences are what reweave.evaluate says of a run less the first, on matched tasks."""
    first = made(tmp_path / "first", tasks=30, samples=20, skill=0.3)
    better = made(tmp_path / "better", tasks=25, samples=20, skill=0.9, seed=5)
    document = Document(write_report([first, better], tmp_path / "report.html")[0])
    wanted = ["task_id", "sample", "passed", "reason"]
    said = compare(*(run.table.select(wanted).to_pylist() for run in (better, first)))
    rows = [row for row in document.rows if len(row) == 6 and "in one run alone" in row[5]]
    assert [row[1] for row in rows] == ["1", "2", "5", "10"]
    for row in rows:
        if int(row[1]) in said:
            difference = said[int(row[1])]
            assert difference.ci95 is not None
            assert difference.ci95[0] > 0
            low, high = (f"+{100 * end:.1f}" for end in difference.ci95)
            assert row[2:5] == [f"+{100 * difference.value:.1f}", f"{low} to {high}", "< 0.001"]
            assert row[5] == "25 tasks 5 in one run alone"


def test_runs_without_a_common_task(tmp_path: Path) -> None:
    """Two benchmarks stand side by side, and the page says why there is no difference."""
    runs = [made(tmp_path / name, tasks=3, samples=2, names=name + "/{}", benchmark=name) for name in "ab"]
    document = Document(write_report(runs, tmp_path / "report.html")[0])
    assert "b cannot be compared with a: the two runs have no task in common." in document.text
    assert [verdicts[1] for *_, verdicts in document.data["tasks"]][:3] == ["", "", ""]


def test_runs_with_other_texts_say_so(tmp_path: Path) -> None:
    """A task whose prompt differs between runs is marked."""
    runs = [made(tmp_path / name, tasks=2, samples=2) for name in "ab"]
    path = tmp_path / "b" / "tasks.jsonl"
    path.write_text(
        path.read_text(encoding="utf-8").replace("running_maximum", "maximum", 1), encoding="utf-8"
    )
    document = Document(write_report([runs[0], read_run(tmp_path / "b")], tmp_path / "report.html")[0])
    assert [document.data["texts"][task][3] for task in "01"] == [True, False]


def test_labels_differ(tmp_path: Path) -> None:
    """Folders of one name are told apart by their parents, and one run given twice by its place."""
    runs = [made(tmp_path / name / "run", tasks=1, samples=1, ks=(1,)) for name in "ab"]
    assert run_labels(runs) == ["a/run", "b/run"]
    assert run_labels([runs[0], runs[0]]) == ["a/run (1)", "a/run (2)"]
    assert run_labels(runs[:1]) == ["run"]


@pytest.mark.parametrize("unsafe", [True, False])
def test_unsafe_runs_are_loud(tmp_path: Path, unsafe: bool) -> None:
    """A run without a sandbox has a banner before everything else, any other has none."""
    document = Document(
        write_report([made(tmp_path, tasks=2, samples=2, unsafe=unsafe)], tmp_path / "r.html")[0]
    )
    assert ("Scored without a sandbox" in document.text) == unsafe
    assert (
        ("role", "alert") in [item for _, attributes in document.tags for item in attributes.items()]
    ) == unsafe


def test_notes_are_shown(tmp_path: Path) -> None:
    """What could not be read is said on the page."""
    folder = write_run(tmp_path, tasks=2, samples=2)
    with (folder / "samples.jsonl").open("a", encoding="utf-8") as file:
        file.write("{damaged <b>\n")
    document = Document(write_report([read_run(folder)], tmp_path / "r.html")[0])
    assert "samples.jsonl: line 5 cannot be read" in document.text


def test_one_task_and_no_pass(tmp_path: Path) -> None:
    """One task has no interval and says so; no pass at all is drawn at zero."""
    single = Document(
        write_report([made(tmp_path / "a", tasks=1, samples=1, ks=(1,))], tmp_path / "a.html")[0]
    )
    assert "one task gives no interval" in single.text
    zero = Document(write_report([made(tmp_path / "b", skill=0)], tmp_path / "b.html")[0])
    assert [row[2] for row in zero.rows if len(row) == 6][1:] == ["0.0 %"] * 4


def test_no_k_at_all(tmp_path: Path) -> None:
    """A summary whose pass@k is empty still gives a page."""
    run = made(tmp_path, tasks=2, samples=2, ks=())
    document = Document(write_report([run], tmp_path / "r.html")[0])
    assert len(document.data["tasks"]) == 2
    assert "No k can be estimated" in document.text


def test_chart_keeps_to_its_frame() -> None:
    """Whatever the values, every mark of a chart is inside it, and every point has one."""
    for points in (
        [],
        [Point(1, 1, 0.0, 0.0, 0.0)],
        [Point(1, 1, 1.0, -0.2, 1.3), Point(100, 100, 1.0, None, None)],
        [Point(k, k * 3.7e13, k / 200, k / 300, k / 100) for k in (1, 10, 100)],
    ):
        drawn = chart([("<a>", points)], title="t", across="x")
        places = re.findall(r"translate\(([\d.-]+) ([\d.-]+)\)", drawn)
        assert len(places) == len(points)
        assert all(0 <= float(x) <= 460 and 0 <= float(y) <= 300 for x, y in places)
        assert "<a>" not in drawn


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_from_their_ground(scheme: int) -> None:
    """Lines and marks have a contrast of 3 to the surface, text 4.5 to the grounds that the report adds."""
    from test_page import contrast

    def colours(name: str) -> dict[str, str]:
        css = resources.files("reweave.view").joinpath(name).read_text(encoding="utf-8")
        return dict(
            re.findall(r"--([\w-]+): (#[0-9a-f]{6});", re.findall(r":root \{(.*?)\}", css, re.DOTALL)[scheme])
        )

    base, ours = colours("base.css"), colours("report.css")
    for name in [f"series-{n}" for n in range(8)] + ["good", "bad"]:
        assert contrast(ours[name], base["surface"]) >= 3, name
    for name in ("ink", "keyword", "string", "number", "comment", "name", "decorator"):
        assert contrast(base[name], ours["bad-soft"]) >= 4.5, name
    assert contrast("#ffffff", ours["alarm"]) >= 4.5
