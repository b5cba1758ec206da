// The report's k, grid and keys. Keeps where the reader is in `at`; samples.js draws the task and its samples.
// Names are untrusted: text enters the document through textContent and attributes only, never as markup.
//
// data: { reasons: [[letter, reason, whether it is judged], ...], runs: [[label, model], ...], pages: [name, ...], page,
//         tasks: [[id, group, page, [letters of its verdicts, a run each]], ...], texts: { task: see report_texts.py } }

const data = JSON.parse($("data").textContent);
const REASONS = new Map(data.reasons.map(([letter, reason]) => [letter, reason]));
const JUDGED = new Set(data.reasons.filter(([, , judged]) => judged).map(([letter]) => letter));
const PASSED = data.reasons.find(([, reason]) => reason === "passed")?.[0] ?? "";
const tasks = data.tasks.map(([id, group, page, verdicts]) => ({ id, group, page, verdicts }));
const at = { k: "all", run: 0, task: -1, sample: 0, edit: -1, reason: "" };

const passes = (letters) => (PASSED ? letters.split(PASSED).length - 1 : 0);
const judgedOf = (letters) => [...letters].filter((letter) => JUDGED.has(letter)).length;

function tally(letters) {
  const judged = judgedOf(letters);
  const left = letters.length - judged;
  return letters ? `${passes(letters)} of ${judged} passed${left ? `, ${left} not judged` : ""}` : "no samples";
}

// ---- k -------------------------------------------------------------------------------------------------------

const kRadios = [...document.querySelectorAll("#ks input")];

function chooseK(k) {
  at.k = kRadios.some((radio) => radio.value === k) ? k : kRadios[0].value;
  for (const radio of kRadios) radio.checked = radio.value === at.k;
  for (const marked of document.querySelectorAll("[data-k]")) marked.classList.toggle("chosen", marked.dataset.k === at.k);
  $("main").classList.toggle("switched", at.k !== "all");
  $("main").classList.toggle("all", at.k === "all");
}

function stepK(by) {
  const here = kRadios.findIndex((radio) => radio.checked);
  chooseK(kRadios[(here + by + kRadios.length) % kRadios.length].value);
  rememberSoon(place);
}

// ---- The grid ------------------------------------------------------------------------------------------------

let cells = [];
let matches = [];

function makeGrid() {
  cells = tasks.map((task, index) => element("div", "cell", "", { role: "option", tabindex: "-1", "data-task": index }));
  $("grid").classList.toggle("few", tasks.length <= 60);
  $("grid").replaceChildren(...cells);
}

// Colours by the run that is chosen; what the filters leave out is faint.
function drawGrid() {
  const terms = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  matches = [];
  tasks.forEach(({ id, group, verdicts }, index) => {
    const letters = verdicts[at.run];
    const n = passes(letters);
    const judged = judgedOf(letters);
    const cell = cells[index];
    const share = judged ? n / judged : 0;
    cell.classList.toggle("empty", !judged);
    cell.classList.toggle("none", judged > 0 && n === 0);
    cell.classList.toggle("low", share < 0.5);
    // Two ramps that meet in the middle: from bad to middle, from middle to good.
    cell.style.setProperty("--share", `${Math.round(200 * (share < 0.5 ? share : share - 0.5))}%`);
    const name = group ? `${id} (${group})` : id;
    const said = `${name}: ${tally(letters)}`;
    cell.title = said;
    cell.setAttribute("aria-label", said);
    const text = name.toLowerCase();
    const found = terms.every((term) => text.includes(term)) && (!at.reason || wanted(letters));
    cell.classList.toggle("out", !found);
    if (found) matches.push(index);
  });
  const all = count(tasks.length, "task");
  $("found").textContent = matches.length === tasks.length ? all : `${matches.length.toLocaleString("en")} of ${all}`;
  markCell();
}

const wanted = (letters) => [...letters].some(matchesReason);
const matchesReason = (letter) => (at.reason === "not-passed" ? letter !== PASSED : at.reason === "" || REASONS.get(letter) === at.reason);

function markCell() {
  for (const cell of $("grid").querySelectorAll("[aria-selected], [tabindex='0']")) {
    cell.removeAttribute("aria-selected");
    cell.tabIndex = -1;
  }
  cells[at.task]?.setAttribute("aria-selected", "true");
  // One stop for the Tab key in the whole grid; the arrows move within it.
  const stop = cells[at.task] ?? cells[matches[0] ?? 0];
  if (stop) stop.tabIndex = 0;
}

// By rows as they are drawn: cells wrap, and all are as wide.
function columns() {
  const top = cells[0]?.offsetTop;
  const second = cells.findIndex((cell) => cell.offsetTop > top);
  return second < 0 ? cells.length : second;
}

function walkGrid(by) {
  const from = at.task < 0 ? 0 : at.task;
  if (!cells[from + by]) return;
  go({ task: from + by });
  cells[at.task].focus();
}

// Within what the filters have left.
function stepTask(by) {
  const next = by > 0 ? matches.find((index) => index > at.task) : matches.findLast((index) => index < at.task);
  if (next !== undefined) go({ task: next, show: true });
}

// The next sample with a reason other than passed (or the chosen one), in this task or a later one.
function nextFailure() {
  const fits = (letter) => (at.reason && at.reason !== "passed" ? matchesReason(letter) : letter !== PASSED);
  const indices = matches.length ? matches : [...tasks.keys()];
  for (const index of indices.filter((each) => each >= at.task)) {
    const from = index === at.task ? at.sample + 1 : 0;
    const sample = [...tasks[index].verdicts[at.run]].findIndex((letter, place) => place >= from && fits(letter));
    if (sample >= 0) return go({ task: index, sample, show: true });
  }
}

// ---- Moving --------------------------------------------------------------------------------------------------

// `sample` defaults to the first that the chosen reason allows, where the task is another.
function go({ run = at.run, task = at.task, sample, edit = -1, show = false }) {
  const sameTask = task === at.task && run === at.run;
  at.run = clamp(run, data.runs.length);
  at.task = task in tasks ? task : -1;
  if (at.task >= 0) {
    const letters = tasks[at.task].verdicts[at.run];
    const first = Math.max(0, [...letters].findIndex(matchesReason));
    at.sample = clamp(sample ?? (sameTask ? at.sample : first), Math.max(letters.length, 1));
    at.edit = edit;
  }
  markCell();
  drawTask(!sameTask);
  if (show) $("task").scrollIntoView({ block: "nearest" });
  rememberSoon(place);
}

function stepSample(by) {
  if (at.task < 0) return stepTask(1);
  go({ sample: at.sample + by });
}

function chooseRun(run) {
  at.run = clamp(run, data.runs.length);
  $("run").value = at.run;
  drawGrid();
  go({ sample: 0 });
}

function chooseReason(reason) {
  at.reason = reason;
  $("reason").value = reason;
  drawGrid();
  if (at.task >= 0 && !matches.includes(at.task) && matches.length) go({ task: matches[0] });
  else if (at.task >= 0) go({ sample: Math.max(0, [...tasks[at.task].verdicts[at.run]].findIndex(matchesReason)) });
}

// ---- The address keeps the place -----------------------------------------------------------------------------

function place() {
  const kept = new URLSearchParams({ k: at.k });
  if (data.runs.length > 1) kept.set("run", at.run + 1);
  if (at.reason) kept.set("reason", at.reason);
  if (at.task >= 0) {
    kept.set("task", tasks[at.task].id);
    kept.set("sample", at.sample + 1);
    if (at.edit >= 0) kept.set("edit", at.edit + 1);
  }
  return kept;
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const whole = (name) => (Number.parseInt(kept.get(name), 10) || 0) - 1;
  chooseK(kept.get("k") ?? "");
  at.run = clamp(whole("run"), data.runs.length);
  $("run").value = at.run;
  at.reason = [...$("reason").options].some(({ value }) => value === kept.get("reason")) ? kept.get("reason") : "";
  $("reason").value = at.reason;
  drawGrid();
  const task = tasks.findIndex(({ id }) => id === kept.get("task"));
  go({ task, sample: whole("sample") < 0 ? undefined : whole("sample"), edit: whole("edit"), show: task >= 0 });
}

// ---- What the reader does ------------------------------------------------------------------------------------

function toGrid() {
  (cells[at.task] ?? cells[matches[0] ?? 0])?.focus();
}

const KEYS = {
  ArrowLeft: () => stepSample(-1),
  ArrowRight: () => stepSample(1),
  n: () => stepTask(1),
  p: () => stepTask(-1),
  f: nextFailure,
  "[": () => stepEdit(-1),
  "]": () => stepEdit(1),
  // Brackets are hard to reach on many keyboards.
  "Shift+ArrowLeft": () => stepEdit(-1),
  "Shift+ArrowRight": () => stepEdit(1),
  k: () => stepK(1),
  K: () => stepK(-1),
  r: () => chooseRun((at.run + 1) % data.runs.length),
  a: () => showAnswer(!answering),
  w: () => wrap(!document.body.classList.contains("wrap")),
  g: toGrid,
  "/": () => { $("search").focus(); $("search").select(); },
  "?": () => $("help").showModal(),
};

const GRID_KEYS = {
  ArrowLeft: () => walkGrid(-1),
  ArrowRight: () => walkGrid(1),
  ArrowUp: () => walkGrid(-columns()),
  ArrowDown: () => walkGrid(columns()),
  Home: () => walkGrid(-at.task),
  End: () => walkGrid(cells.length - 1 - Math.max(at.task, 0)),
  Enter: () => { go({ show: true }); $("program").focus({ preventScroll: true }); },
  " ": () => go({ task: Number(document.activeElement.dataset.task) }),
};

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
  // Many layouts have the brackets on AltGr, which may come as Ctrl and Alt.
  const composed = event.altKey && (key === "[" || key === "]");
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !composed) || $("help").open) return;
  if (target === $("search")) {
    if (key === "Escape") target.blur();
    if (key === "Enter" && matches.length) go({ task: matches[0], show: true });
    return;
  }
  if (key.startsWith("Arrow") && target.closest("select, input")) return;
  if (target.closest("select") && key.length === 1) return; // letters choose within it
  const keys = $("grid").contains(target) && key in GRID_KEYS ? GRID_KEYS : KEYS;
  if (!(key in keys)) return;
  event.preventDefault();
  keys[key]();
});

$("grid").addEventListener("click", (event) => {
  const cell = event.target.closest(".cell");
  if (cell) go({ task: Number(cell.dataset.task) });
});
$("ks").addEventListener("change", (event) => { chooseK(event.target.value); rememberSoon(place); });
$("run").addEventListener("change", () => chooseRun(Number($("run").value)));
$("reason").addEventListener("change", () => chooseReason($("reason").value));
$("search").addEventListener("input", drawGrid);
$("open-help").addEventListener("click", () => $("help").showModal());
for (const button of document.querySelectorAll("[data-reason]")) {
  button.addEventListener("click", () => { chooseReason(button.dataset.reason); $("tasks").scrollIntoView(); toGrid(); });
}
window.addEventListener("hashchange", recall);

function start() {
  document.body.classList.add("scripted");
  $("run").append(...data.runs.map(([label], index) => element("option", "", label, { value: index })));
  $("pick-run").hidden = data.runs.length < 2;
  const choices = [["", "all"], ["not-passed", "any that did not pass"], ...data.reasons.map(([, reason]) => [reason, reason])];
  $("reason").append(...choices.map(([value, text]) => element("option", "", text, { value })));
  makeGrid();
  recall();
}
