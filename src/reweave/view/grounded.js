// Shows grounded rows, one at a time. Reads the data element, keeps what the reader has chosen in `at`.
// Values, names and programs are untrusted: text enters the document through textContent and attributes only.
//
// data: [row, ...]; src/reweave/ground/page has what is in a row (row.py) and in a value (values.py).

const rows = JSON.parse($("data").textContent);
const FORMS = ["type", "summary", "example"];
const ENDS = new Map([
  ["type", "refused by the type"], ["summary", "refused by the summary"], ["example", "refused by the example"],
  ["missed", "missed"], ["unchanged", "same outputs"], ["not-run", "did not run"], ["harness-error", "the sandbox failed"],
]);
const REFUSED = "its own program is refused";
const at = { row: 0, outcome: "", kind: "" };

const told = (outcome) => ENDS.get(outcome) ?? outcome;
const judged = (outcome) => outcome === "missed" || FORMS.includes(outcome);
const variables = (row) => [...row.inputs[0], ...row.outputs[0]];

// ---- The list of rows ----------------------------------------------------------------------------------------

// Of both filters, where both are of mutants, one and the same mutant must be meant.
const ofKind = ([kind]) => !at.kind.startsWith("mutant:") || kind === at.kind.slice(7);
const meant = (mutant) => ofKind(mutant) && (!at.outcome || at.outcome === REFUSED || mutant[3] === at.outcome);

function wanted(index) {
  const row = rows[index];
  if (at.kind.startsWith("value:") && !variables(row).some(({ kind }) => kind === at.kind.slice(6))) return false;
  if (at.outcome === REFUSED && row.specs.every(([, , , accepts]) => accepts)) return false;
  const ofMutants = at.kind.startsWith("mutant:") || (at.outcome && at.outcome !== REFUSED);
  return !ofMutants || row.mutants.some(meant);
}

const list = makeList({
  noun: "row",
  size: rows.length,
  entry: (index) => {
    const { id, intent, code, judged: tried, specs } = rows[index];
    const about = (intent[0].trim() || code[0].trim()).split("\n")[0].slice(0, 160);
    return [id, about, tried ? `${specs.at(-1)[4]} of ${tried}` : "no mutants"];
  },
  text: (index) => `${rows[index].id}\n${rows[index].intent[0]}\n${rows[index].code[0]}`,
  chosen: () => at.row,
  choose: go,
  wanted,
});

// Of all rows that the filters leave: what each form refuses.
function drawTotals() {
  const tried = list.matches.flatMap((index) => rows[index].mutants.filter(ofKind)).map(([, , , outcome]) => outcome).filter(judged);
  const share = (form) => tried.filter((outcome) => FORMS.indexOf(outcome) >= 0 && FORMS.indexOf(outcome) <= FORMS.indexOf(form)).length / tried.length;
  const shares = FORMS.map((form) => `${form} ${(100 * share(form)).toFixed(1)} %`);
  $("totals").textContent = tried.length ? `Of ${count(tried.length, "judged mutant")}, refused by ${shares.join(", ")}` : "No judged mutants";
}

function filter() {
  at.outcome = $("outcome").value;
  at.kind = $("kind").value;
  list.filter();
  drawTotals();
  if (list.matches.length && !list.matches.includes(at.row)) go(list.matches[0]);
  else if (rows.length) drawMutants(rows[at.row]);
  drawStep();
}

function fillFilters() {
  const option = ([value, text]) => element("option", "", text, { value });
  const ended = new Set(rows.flatMap((row) => row.mutants.map(([, , , outcome]) => outcome)));
  const outcomes = [...new Set([...ENDS.keys(), ...ended])].filter((outcome) => ended.has(outcome));
  const refused = rows.some((row) => row.specs.some(([, , , accepts]) => !accepts)) ? [REFUSED] : [];
  $("outcome").append(...[["", "all rows"], ...outcomes.map((each) => [each, told(each)]), ...refused.map((each) => [each, each])].map(option));
  $("kind").append(option(["", "all rows"]));
  const sorts = [["value", "Of a value", variables, ({ kind }) => kind], ["mutant", "Of a mutant", (row) => row.mutants, ([kind]) => kind]];
  for (const [sort, label, parts, name] of sorts) {
    const kinds = [...new Set(rows.flatMap((row) => parts(row).map(name)))].sort();
    const group = element("optgroup", "", "", { label });
    group.append(...kinds.map((kind) => option([`${sort}:${kind}`, kind])));
    if (kinds.length) $("kind").append(group);
  }
}

// ---- Texts and tables ----------------------------------------------------------------------------------------

const left = (n, what) => element("p", "left", `… ${count(n, `more ${what}`)}`);

// [text, characters left out]
function fillText(box, [text, more]) {
  box.replaceChildren();
  appendText(box, text);
  if (more) box.append(left(more, "character"));
}

function fillCode(box, [text, more], marks) {
  drawCode(box, text, marks);
  box.querySelector(".left")?.remove();
  if (more) box.append(left(more, "character"));
  box.scrollTop = box.scrollLeft = 0;
}

function cellOf(name, text, kind, attributes) {
  const cell = element(name, kind, "", attributes);
  appendText(cell, text);
  return cell;
}

function tableOf(heads, lines, kind = "") {
  const table = element("table", kind);
  const top = element("tr");
  top.append(...heads);
  const head = element("thead");
  head.append(top);
  const body = element("tbody");
  body.append(...lines.map((cells) => {
    const line = element("tr");
    line.append(...cells);
    return line;
  }));
  table.append(head, body);
  return table;
}

const headsOf = (...names) => names.map((name) => element("th", "", name, { scope: "col" }));

function scrolling(table, name) {
  const box = element("div", "wide", "", { tabindex: "0", role: "region", "aria-label": name });
  box.append(table);
  return box;
}

// ---- Values --------------------------------------------------------------------------------------------------

const FORM = {
  table({ head, side, rows: lines, more_columns: more }) {
    const heads = head.map(([name, type, number], place) => {
      const cell = element("th", number ? "n" : "", "", { scope: "col" });
      const label = element("span", place < side ? "" : "column");
      appendText(label, name);
      cell.append(label, element("small", "", type));
      return cell;
    });
    if (more) heads.push(element("th", "", `… ${count(more, "more column")}`));
    return tableOf(heads, lines.map((cells) => cells.map((cell, place) => {
      const none = Array.isArray(cell);
      const kind = [head[place][2] ? "n" : "", none ? "none" : ""].join(" ").trim();
      return cellOf(place < side ? "th" : "td", none ? cell[0] : cell, kind, place < side ? { scope: "row" } : {});
    })), "frame");
  },
  elements({ elements }) {
    const keyed = elements.some(([key]) => key);
    const heads = headsOf(...(keyed ? [""] : []), "value", "kind");
    return tableOf(heads, elements.map(([key, kind, text]) => {
      const cells = [cellOf("td", text), element("td", "none", kind)];
      return keyed ? [cellOf("th", key, "", { scope: "row" }), ...cells] : cells;
    }), "frame");
  },
  plots({ axes }) {
    const lines = axes.flatMap((parts, place) => parts.map(([word, text]) =>
      [element("th", "", `axes ${place + 1}`, { scope: "row" }), cellOf("td", word), cellOf("td", text)]));
    return tableOf(headsOf("", "of", "what"), lines, "frame");
  },
};

function valueBox(each) {
  const box = element("section", "value");
  const head = element("h4");
  head.append(cellOf("span", each.name, "variable"));
  const size = each.size.length ? `, ${each.size.map((side) => side.toLocaleString("en")).join(" × ")}` : "";
  const about = element("span", "note");
  appendText(about, each.type === each.kind ? `${each.kind}${size}` : `${each.type} (${each.kind}${size})`);
  head.append(about);
  if (each.cut) head.append(element("span", "note cut", "cut: only a part is stored"));
  box.append(head);
  if (each.form === "text") {
    const text = element("div", "text");
    fillText(text, each.text);
    box.append(text);
  } else {
    box.append(scrolling(FORM[each.form](each), `Value of ${each.name}`));
  }
  if (each.more_rows) box.append(left(each.more_rows, "row"));
  if (each.more) box.append(left(each.more, "element"));
  return box;
}

function drawValues(box, [values, more], nothing) {
  box.replaceChildren(...(values.length ? values.map(valueBox) : [element("p", "note", nothing)]));
  if (more) box.append(left(more, "variable"));
}

// ---- Specifications, mutants, claims -------------------------------------------------------------------------

function drawSpecs({ specs, judged: tried }) {
  $("specs").replaceChildren(...specs.map(([form, text, more, accepts, rejected]) => {
    const box = element("section", "panel", "", { "data-form": form });
    const head = element("header");
    head.append(
      element("h3", "", form[0].toUpperCase() + form.slice(1)),
      element("span", accepts ? "" : "refused", accepts ? "accepts its program" : "refuses its own program"),
      element("span", "", tried ? `refuses ${rejected} of ${count(tried, "mutant")}` : "no mutants were judged"),
    );
    const body = element("div", "text", "", { tabindex: "0", role: "region", "aria-label": `Specification: ${form}` });
    fillText(body, [text, more]);
    box.append(head, body);
    return box;
  }));
}

function drawMutants({ mutants, more_mutants: more, judged: tried }) {
  const ends = new Map();
  for (const [, , , outcome] of mutants) ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
  const ordered = [...new Set([...ENDS.keys(), ...ends.keys()])].filter((outcome) => ends.has(outcome));
  const counts = ordered.map((outcome) => `${ends.get(outcome)} ${told(outcome)}`);
  $("tally").textContent = mutants.length
    ? `${count(mutants.length + more, "mutant")}, ${tried} judged: ${counts.join(", ")}` : "No mutants were tried.";
  $("mutants").hidden = !mutants.length;
  const marked = Boolean(at.outcome && at.outcome !== REFUSED) || at.kind.startsWith("mutant:");
  const table = tableOf(headsOf("Kind", "Line", "Change", "Outcome"), mutants.map(([kind, line, what, outcome]) => [
    cellOf("td", kind), element("td", "n", `${line}`), cellOf("td", what),
    element("td", `outcome ${outcome === "missed" ? "was-missed" : FORMS.includes(outcome) ? "caught" : ""}`.trim(), told(outcome)),
  ]));
  if (marked) [...table.tBodies[0].rows].forEach((line, index) => line.classList.toggle("chosen", meant(mutants[index])));
  $("mutants").replaceChildren(table, ...(more ? [left(more, "mutant")] : []));
}

function drawClaims({ claims, more_claims: more }) {
  const lines = claims.map((claim) => claim.map((text) => cellOf("td", text)));
  $("contract").replaceChildren(tableOf(headsOf("Level", "Output", "Claim", "Says"), lines), ...(more ? [left(more, "claim")] : []));
}

// ---- A row ---------------------------------------------------------------------------------------------------

function drawRow() {
  const row = rows[at.row];
  $("name").replaceChildren();
  appendText($("name"), row.id);
  $("only").hidden = !row.evaluation_only;
  fillText($("intent"), row.intent);
  $("card-box").hidden = !row.card;
  if (row.card) fillText($("card"), row.card);
  const missed = new Set(row.mutants.filter(([, , , outcome]) => outcome === "missed").map(([, line]) => line));
  fillCode($("context"), row.context);
  fillCode($("code"), row.code, (index) => (missed.has(index + 1) ? "missed" : ""));
  for (const name of ["context", "code"]) $(`${name}-facts`).textContent = count(splitLines(row[name][0]).length, "line");
  drawValues($("inputs"), row.inputs, "It takes no variable.");
  drawValues($("outputs"), row.outputs, "It leaves no variable.");
  drawSpecs(row);
  drawMutants(row);
  drawClaims(row);
  $("else").hidden = !row.facts.length;
  $("facts").replaceChildren(...row.facts.flatMap(([name, text]) => [cellOf("dt", name), cellOf("dd", text)]));
}

function drawStep() {
  const place = list.matches.indexOf(at.row);
  const found = list.matches.length < rows.length && place >= 0 ? `${place + 1} of ${list.matches.length} found` : "";
  $("step").replaceChildren(element("b", "", rows.length ? `Row ${at.row + 1} of ${rows.length}` : ""), element("span", "", found));
  $("back").setAttribute("aria-disabled", place <= 0);
  $("next").setAttribute("aria-disabled", place < 0 || place >= list.matches.length - 1);
}

function go(row) {
  if (!rows.length) return;
  at.row = clamp(row, rows.length);
  drawRow();
  list.show();
  drawStep();
  window.scrollTo(0, 0);
  rememberSoon(place);
}

// ---- The address keeps the place -----------------------------------------------------------------------------

function place() {
  const { id } = rows[at.row];
  const kept = new URLSearchParams({ row: id });
  const twin = rows.slice(0, at.row).filter((other) => other.id === id).length;
  if (twin) kept.set("twin", twin);
  return kept;
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  const twins = [...rows.keys()].filter((index) => rows[index].id === kept.get("row"));
  return twins[Number(kept.get("twin")) || 0] ?? twins[0] ?? 0;
}

// ---- What the reader does ------------------------------------------------------------------------------------

function wrap(on) {
  document.body.classList.toggle("wrap", on);
  $("wrap").setAttribute("aria-pressed", on);
}

const KEYS = {
  n: () => list.step(1),
  p: () => list.step(-1),
  ArrowRight: () => list.step(1),
  ArrowLeft: () => list.step(-1),
  ArrowDown: () => list.step(1),
  ArrowUp: () => list.step(-1),
  w: () => wrap(!document.body.classList.contains("wrap")),
  "/": () => { list.open(true); $("search").focus(); $("search").select(); },
  "?": () => $("help").showModal(),
  Escape: () => list.open(false),
};

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.metaKey || event.ctrlKey || event.altKey || $("help").open || !(key in KEYS)) return;
  if (target === $("search")) {
    if (key === "Escape") { target.blur(); list.open(false); }
    if (key !== "ArrowUp" && key !== "ArrowDown") return;
  } else if (target.closest("select")) {
    return;
  } else if (key === "ArrowUp" || key === "ArrowDown") {
    if (!$("list").contains(target)) return; // they scroll
  } else if (key.startsWith("Arrow") && target.closest(".wide, .code, .text")) {
    return; // likewise
  }
  event.preventDefault();
  KEYS[key]();
});

$("back").addEventListener("click", () => list.step(-1));
$("next").addEventListener("click", () => list.step(1));
$("wrap").addEventListener("click", () => wrap($("wrap").getAttribute("aria-pressed") === "false"));
$("open-help").addEventListener("click", () => $("help").showModal());
$("outcome").addEventListener("change", filter);
$("kind").addEventListener("change", filter);
$("search").addEventListener("input", () => { drawTotals(); drawStep(); });
window.addEventListener("hashchange", () => go(recall()));

document.body.classList.toggle("nothing", !rows.length);
if (!rows.length) $("name").textContent = "No grounded rows";
fillFilters();
list.filter();
drawTotals();
go(recall());
