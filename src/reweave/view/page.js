// Steps through edit sequences. Reads the data element, keeps where the reader is in `at`, draws on every change.
// Programs are untrusted: text enters the document through textContent and attributes only, never as markup.
//
// data: [[id, instruction, language, program, [[path, checker, preset, seed, inserted_at], ...]], ...]

const programs = JSON.parse($("data").textContent).map(([id, instruction, language, text, paths]) => ({
  id, instruction, language, text,
  paths: paths.map(([path, checker, preset, seed, insertedAt]) => ({ path, checker, preset, seed, insertedAt })),
}));
const at = { program: 0, path: 0, edit: 0 };

// ---- What is computed from inserted_at -----------------------------------------------------------------------

function editLines(path) {
  const counts = [];
  for (const edit of path.insertedAt) {
    while (counts.length <= edit) counts.push(0);
    counts[edit]++;
  }
  return counts;
}

// The state after `edit`: for each line present its index in the program, whether it is new, and how many lines
// that are still to come stand directly before it.
function stateAfter(insertedAt, edit) {
  const state = [];
  let missing = 0;
  insertedAt.forEach((inserted, index) => {
    if (inserted > edit) {
      missing++;
    } else {
      state.push({ index, fresh: inserted === edit, missing });
      missing = 0;
    }
  });
  return [state, missing];
}

// The hunks of an edit, from its line set: maximal runs of new lines in the state after it.
function hunksOf(state) {
  const hunks = [];
  let old = 0;
  state.forEach(({ index, fresh }, position) => {
    if (!fresh) old++;
    else if (position && state[position - 1].fresh) hunks.at(-1).lines.push(index);
    else hunks.push({ old, start: position + 1, lines: [index] });
  });
  return hunks;
}

// ---- Lines of code -------------------------------------------------------------------------------------------

// Per line of the shown program: its coloured pieces and its row, made when first needed and then kept.
let shown = { program: null, lines: [], pieces: [], rows: [] };

function openProgram(program) {
  const lines = splitLines(program.text);
  let quote = "";
  const pieces = lines.map((line) => {
    if (program.language !== "python") return [["", line]];
    let made;
    [made, quote] = tokens(line, quote);
    return made;
  });
  shown = { program, lines, pieces, rows: [] };
}

function codeRow(index) {
  const row = element("div", "line");
  const code = element("code");
  for (const [kind, text] of shown.pieces[index]) appendText(code, text, kind);
  row.append(element("span", "gutter"), code);
  const last = index === shown.lines.length - 1;
  if (last && !shown.program.text.endsWith("\n")) row.classList.add("open-end");
  return row;
}

function number(row, n, fresh) {
  row.firstChild.dataset.n = n;
  row.classList.toggle("fresh", fresh);
  return row;
}

// ---- The list of programs ------------------------------------------------------------------------------------

const list = makeList({
  noun: "program",
  size: programs.length,
  entry: (index) => {
    const { id, instruction, text, paths } = programs[index];
    return [id, (instruction ?? splitLines(text)[0] ?? "").trim().split("\n")[0].slice(0, 160), count(paths.length, "path")];
  },
  text: (index) => `${programs[index].id}\n${programs[index].instruction ?? ""}\n${programs[index].text}`,
  chosen: () => at.program,
  choose: (program, clicked) => { play(false); go({ program, scroll: clicked }); },
});

// ---- Drawing -------------------------------------------------------------------------------------------------

function drawProgram() {
  const { id, instruction, paths } = programs[at.program];
  $("name").textContent = id;
  $("instruction").textContent = instruction ?? "";
  $("instruction").hidden = !instruction;
  expand(false);
  $("more").hidden = $("instruction").scrollHeight <= $("instruction").clientHeight + 1;
  $("path").replaceChildren(...paths.map(({ path }, index) =>
    element("option", "", paths.length > 1 ? `${path} (${index + 1} of ${paths.length})` : `${path}`, { value: index })));
  list.show();
}

function drawPath(path, counts) {
  const { language } = programs[at.program];
  $("path").value = at.path;
  $("slider").max = Math.max(counts.length, 1);
  $("slider").disabled = counts.length < 2;
  $("track").style.setProperty("--edits", Math.max(counts.length, 1));
  const facts = {
    Checker: path.checker, Preset: path.preset, Seed: path.seed, Language: language,
    Lines: path.insertedAt.length.toLocaleString("en"), Edits: counts.length.toLocaleString("en"),
  };
  $("facts").replaceChildren(...Object.entries(facts).map(([name, value]) => {
    const fact = element("div");
    fact.append(element("dt", "", name), element("dd", "", `${value}`));
    return fact;
  }));
}

// A bar an edit, as high as the root of its lines, so that one large edit does not flatten the others.
function drawBars(counts) {
  const highest = Math.sqrt(Math.max(1, ...counts));
  const bars = { done: "", now: "", todo: "" };
  counts.forEach((lines, edit) => {
    const height = 3 + 17 * Math.sqrt(lines) / highest;
    const kind = edit < at.edit ? "done" : edit === at.edit ? "now" : "todo";
    bars[kind] += `M${edit + 0.15} 20v${-height.toFixed(2)}h.7V20z`;
  });
  $("bars").setAttribute("viewBox", `0 0 ${Math.max(counts.length, 1)} 20`);
  for (const kind in bars) $("bars").querySelector(`.${kind}`).setAttribute("d", bars[kind]);
}

function drawEdit(path, counts) {
  const [state, after] = stateAfter(path.insertedAt, at.edit);
  const digits = `${shown.lines.length}`.length;
  const rows = state.map(({ index, fresh, missing }, position) => {
    const row = number(shown.rows[index] ??= codeRow(index), position + 1, fresh);
    row.classList.toggle("missing", missing > 0);
    return row;
  });
  $("program").style.setProperty("--digits", digits);
  $("program").classList.toggle("more-to-come", after > 0);
  $("program").firstElementChild.replaceChildren(...rows);

  const hunks = hunksOf(state);
  $("diff").style.setProperty("--digits", digits);
  $("diff").firstElementChild.replaceChildren(...hunks.map(({ old, start, lines }) => {
    const hunk = element("div", "hunk");
    hunk.append(element("div", "range", `@@ -${old},0 +${start}${lines.length === 1 ? "" : `,${lines.length}`} @@`));
    hunk.append(...lines.map((index, offset) => number(codeRow(index), start + offset, true)));
    return hunk;
  }));

  const added = counts[at.edit] ?? 0;
  $("program-facts").textContent = `${count(state.length, "line")} of ${shown.lines.length.toLocaleString("en")}`;
  $("diff-facts").textContent = `+${count(added, "line")} in ${count(hunks.length, "hunk")}`;
  $("step").replaceChildren(
    counts.length ? element("b", "", `Edit ${at.edit + 1} of ${counts.length}`) : element("b", "", "No edits"),
    element("span", "", counts.length ? `${count(added, "line")} added` : "the program is empty"),
  );
  $("slider").value = at.edit + 1;
  $("slider").setAttribute("aria-valuetext", `Edit ${at.edit + 1} of ${counts.length}, ${count(added, "line")} added`);
  for (const id of ["first", "back"]) $(id).setAttribute("aria-disabled", at.edit <= 0);
  for (const id of ["next", "last"]) $(id).setAttribute("aria-disabled", at.edit >= counts.length - 1);
  reveal($("program"), rows.find((row) => row.classList.contains("fresh")));
  $("diff").scrollTop = 0;
}

function go({ program = at.program, path, edit, scroll = false }) {
  if (!programs.length) return;
  at.program = clamp(program, programs.length);
  const chosen = programs[at.program];
  const changed = shown.program !== chosen;
  const samePath = !changed && (path === undefined || path === at.path);
  at.path = clamp(path ?? (changed ? 0 : at.path), chosen.paths.length);
  const current = chosen.paths[at.path];
  const counts = editLines(current);
  at.edit = clamp(edit ?? (samePath ? at.edit : 0), counts.length);
  if (changed) {
    openProgram(chosen);
    drawProgram();
    $("program").scrollTop = $("program").scrollLeft = 0;
  }
  if (!samePath) drawPath(current, counts);
  drawBars(counts);
  drawEdit(current, counts);
  if (scroll) window.scrollTo(0, 0);
  rememberSoon(place);
}

// ---- The address keeps the place -----------------------------------------------------------------------------

function place() {
  const { id, paths } = programs[at.program];
  const kept = new URLSearchParams({ program: id, path: paths[at.path].path, edit: at.edit + 1 });
  // Ids may repeat in a careless data set; then the address also says which one.
  const twin = programs.slice(0, at.program).filter((other) => other.id === id).length;
  if (twin) kept.set("twin", twin);
  return kept;
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const twins = [...programs.keys()].filter((index) => programs[index].id === kept.get("program"));
  const program = twins[Number(kept.get("twin")) || 0] ?? twins[0] ?? 0;
  const path = twins.length ? programs[program].paths.findIndex((each) => `${each.path}` === kept.get("path")) : 0;
  return { program, path: Math.max(0, path), edit: twins.length ? (Number.parseInt(kept.get("edit"), 10) || 1) - 1 : 0 };
}

// ---- What the reader does ------------------------------------------------------------------------------------

let playing = 0;

function play(on) {
  clearInterval(playing);
  playing = 0;
  if (on) {
    if (at.edit >= editCount() - 1) go({ edit: 0 });
    playing = setInterval(() => {
      if (at.edit < editCount() - 1) go({ edit: at.edit + 1 });
      if (at.edit >= editCount() - 1) play(false);
    }, 900);
  }
  $("play").setAttribute("aria-label", on ? "Pause" : "Play");
  $("play").classList.toggle("playing", on);
}

const editCount = () => (programs.length ? editLines(programs[at.program].paths[at.path]).length : 0);

function step(by) {
  play(false);
  go({ edit: at.edit + by });
}

function switchPath(path) {
  play(false);
  if (programs.length && path in programs[at.program].paths) go({ path });
}

// Long lines in full, at the price of their shape; for narrow screens, and for reading them by keyboard.
function wrap(on) {
  document.body.classList.toggle("wrap", on);
  $("wrap").setAttribute("aria-pressed", on);
}

function expand(on) {
  $("instruction").classList.toggle("whole", on);
  $("more").setAttribute("aria-expanded", on);
  $("more").textContent = on ? "Show less" : "Show all";
}

const KEYS = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  ArrowUp: () => list.step(-1),
  ArrowDown: () => list.step(1),
  Home: () => step(-Infinity),
  End: () => step(Infinity),
  "[": () => switchPath(at.path - 1),
  "]": () => switchPath(at.path + 1),
  // Brackets are hard to reach on many keyboards.
  "Shift+ArrowLeft": () => switchPath(at.path - 1),
  "Shift+ArrowRight": () => switchPath(at.path + 1),
  " ": () => play(!playing),
  w: () => wrap(!document.body.classList.contains("wrap")),
  "/": () => { list.open(true); $("search").focus(); $("search").select(); },
  "?": () => $("help").showModal(),
  Escape: () => list.open(false),
};

document.addEventListener("keydown", (event) => {
  const { target } = event;
  const key = event.shiftKey && event.key.startsWith("Arrow") ? `Shift+${event.key}` : event.key;
  // Many layouts have the brackets on AltGr, which may come as Ctrl and Alt.
  const composed = event.altKey && (key === "[" || key === "]");
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !composed) || $("help").open || !(key in KEYS)) return;
  if (target === $("search")) {
    if (key === "Escape") { target.blur(); list.open(false); }
    if (key !== "ArrowUp" && key !== "ArrowDown") return;
  }
  if (key === " " && target.closest("button, a, select")) return;
  if (target === $("path") && (key === "ArrowUp" || key === "ArrowDown")) return;
  event.preventDefault();
  KEYS[key]();
});

$("first").addEventListener("click", () => step(-Infinity));
$("back").addEventListener("click", () => step(-1));
$("next").addEventListener("click", () => step(1));
$("last").addEventListener("click", () => step(Infinity));
$("play").addEventListener("click", () => play(!playing));
$("slider").addEventListener("input", () => { play(false); go({ edit: $("slider").valueAsNumber - 1 }); });
$("path").addEventListener("change", () => switchPath(Number($("path").value)));
$("wrap").addEventListener("click", () => wrap($("wrap").getAttribute("aria-pressed") === "false"));
$("more").addEventListener("click", () => expand($("more").getAttribute("aria-expanded") === "false"));
$("open-help").addEventListener("click", () => $("help").showModal());
$("bars").addEventListener("click", (event) => {
  const box = $("bars").getBoundingClientRect();
  play(false);
  go({ edit: Math.floor((event.clientX - box.left) / box.width * editCount()) });
});

// What is copied from the code is the code: no line numbers, blank lines and line endings kept.
function copyRows(event) {
  const rows = window.getSelection().getRangeAt(0).cloneContents().querySelectorAll(".line code");
  if (!rows.length) return;
  event.clipboardData.setData("text/plain", [...rows].map((code) => code.textContent).join("\n"));
  event.preventDefault();
}
$("program").addEventListener("copy", copyRows);
$("diff").addEventListener("copy", copyRows);
$("copy").hidden = !navigator.clipboard;
$("copy").addEventListener("click", async () => {
  const lines = programs[at.program].text.split(/(?<=\n)/u);
  const { insertedAt } = programs[at.program].paths[at.path];
  const text = lines.filter((_, index) => insertedAt[index] <= at.edit).join("");
  // A browser may refuse; then the reader still can select.
  $("copy").textContent = await navigator.clipboard.writeText(text).then(() => "Copied", () => "Not allowed");
  setTimeout(() => { $("copy").textContent = "Copy"; }, 1200);
});

window.addEventListener("hashchange", () => go(recall()));
document.body.classList.toggle("nothing", !programs.length);
if (!programs.length) $("name").textContent = "No edit sequences";
list.filter();
go(recall());
