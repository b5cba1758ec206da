// A task and its samples: the program, edit by edit where there are edits, beside its verdict and the tests.
// Programs are untrusted: text enters the document through textContent and attributes only, never as markup.

let answering = false; // the whole answer instead of the program
let referring = false; // the reference instead of the tests

function sampleAt() {
  const found = data.texts[at.task];
  if (!found) return null;
  const [prompt, tests, reference, differs, texts, runs] = found;
  const row = runs[at.run]?.[at.sample];
  const text = (place) => (place === null || place === undefined ? null : texts[place]);
  if (!row) return { prompt, tests, reference, differs, numbers: [] };
  const [number, program, answer, rule, edits, tokens, finish, seconds, cpu, memory, form, detail, tier] = row;
  return {
    prompt, tests, reference, differs, number, rule, tokens, finish, seconds, cpu, memory, form, tier,
    program: text(program), detail: text(detail), answer: answer?.map(text) ?? null,
    edits: edits?.map(text) ?? null, numbers: runs[at.run].map(([each]) => each),
  };
}

// ---- Lines ---------------------------------------------------------------------------------------------------

// Which lines of `after` are not in `before`: what is left when their longest common subsequence is taken out.
function freshLines(before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const a = before.slice(start, before.length - end);
  const b = after.slice(start, after.length - end);
  const fresh = new Set();
  // The table has a cell for each pair of lines; beyond that it would hold the page up.
  if (a.length * b.length > 4e6) {
    b.forEach((_, index) => fresh.add(start + index));
    return fresh;
  }
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  for (let i = 0, j = 0; j < b.length;) {
    if (i < a.length && a[i] === b[j] && longest[i][j] === longest[i + 1][j + 1] + 1) { i++; j++; }
    else if (i < a.length && longest[i + 1][j] >= longest[i][j + 1]) i++;
    else fresh.add(start + j++);
  }
  return fresh;
}

// ---- Drawing -------------------------------------------------------------------------------------------------

function drawTask(changed) {
  $("task").hidden = at.task < 0;
  if (at.task < 0) return;
  const { id, group, page, verdicts } = tasks[at.task];
  const letters = verdicts[at.run];
  const sample = sampleAt();
  $("name").textContent = id;
  const shares = data.runs.map(([label], run) => {
    return data.runs.length > 1 ? `${label}: ${tally(verdicts[run])}` : tally(verdicts[run]);
  });
  const differs = sample?.differs ? ["the runs have different texts for this task; the first one is shown"] : [];
  $("task-facts").textContent = [...(group ? [`group ${group}`] : []), ...shares, ...differs].join(" · ");
  if (changed) drawStrip(letters);
  markSample();
  const reason = REASONS.get(letters[at.sample]) ?? "no samples";
  $("step").replaceChildren(
    element("b", "", letters ? `Sample ${at.sample + 1} of ${letters.length}` : "No samples"), " ",
    element("span", reason === "passed" ? "verdict-passed" : "verdict-other", letters ? reason : ""),
  );
  $("back").setAttribute("aria-disabled", at.sample <= 0);
  $("next").setAttribute("aria-disabled", at.sample >= letters.length - 1);

  const elsewhere = page !== data.page;
  $("elsewhere").hidden = !elsewhere;
  $("panels").hidden = $("facts").hidden = elsewhere || !letters;
  $("prompt-box").hidden = elsewhere || !sample?.prompt;
  if (elsewhere) {
    const link = element("a", "", `page ${page + 1}`, { href: `${encodeURIComponent(data.pages[page])}#${place()}` });
    $("elsewhere").replaceChildren("The samples of this task are on ", link, ".");
    return;
  }
  if (changed && sample?.prompt) drawCode($("prompt"), sample.prompt);
  if (!letters || !sample) return;
  drawVerdict(sample, reason, changed);
  drawProgram(sample);
  drawFacts(sample);
}

function drawStrip(letters) {
  $("strip").classList.toggle("few-samples", letters.length <= 40);
  $("strip").replaceChildren(...[...letters].map((letter, index) => {
    const reason = REASONS.get(letter);
    const said = `Sample ${index + 1}: ${reason}`;
    const cell = element("div", `cell ${letter === PASSED ? "" : JUDGED.has(letter) ? "none" : "empty"}`.trim(), "", {
      role: "option", "data-sample": index, title: said, "aria-label": said,
    });
    if (letter === PASSED) cell.style.setProperty("--share", "100%");
    return cell;
  }));
}

function markSample() {
  $("strip").querySelector("[aria-selected]")?.removeAttribute("aria-selected");
  const cell = $("strip").children[at.sample];
  cell?.setAttribute("aria-selected", "true");
  reveal($("strip"), cell);
}


// The line of the tests that the verdict names, if these are the tests that it speaks of.
function failingLine(tests, detail) {
  const named = /^line (\d+): (.*)$/s.exec(detail ?? "");
  if (!named) return -1;
  const lines = splitLines(tests).map((line) => line.trim());
  const fits = (line) => line !== "" && named[2].startsWith(line.slice(0, 200));
  const index = Number(named[1]) - 1;
  return fits(lines[index] ?? "") ? index : lines.findIndex(fits);
}

function drawVerdict({ tests, reference, detail, form }, reason, changed) {
  $("judge-title").textContent = reason === "passed" ? "Passed" : `Not passed: ${reason}`;
  $("judge-facts").textContent = form && form !== "none" ? `form ${form}` : "";
  $("detail").textContent = "";
  appendText($("detail"), detail ?? "", "");
  $("detail").hidden = !detail;
  $("detail").classList.toggle("bad", reason !== "passed");
  if (changed) $("tests").scrollTop = 0;
  $("show-reference").hidden = !reference;
  $("show-reference").setAttribute("aria-pressed", referring && Boolean(reference));
  if (referring && reference) {
    drawCode($("tests"), reference);
  } else if (tests) {
    const fault = failingLine(tests, detail);
    const rows = drawCode($("tests"), tests, (index) => (index === fault ? "fault" : ""));
    reveal($("tests"), rows[fault]);
  } else {
    say($("tests"), "The run keeps no tests to show.");
  }
}

function drawProgram(sample) {
  const { program, answer, edits, detail, rule } = sample;
  const whole = answering && answer !== null;
  const growing = !whole && (edits?.length ?? 0) > 0;
  $("show-answer").hidden = answer === null || (answer.length === 0 && !growing);
  $("show-answer").setAttribute("aria-pressed", whole);
  $("program-title").textContent = whole ? "Whole answer" : "Program";
  $("edits").hidden = !growing;
  const box = $("program");
  if (whole) {
    drawAnswer(box, answer, program ?? "");
  } else if (growing) {
    drawEdits(box, edits);
  } else if (program === null) {
    say(box, answer === null ? "Its line in samples.jsonl is missing or cannot be read." : "No code was found in the answer.");
  } else {
    // "…, line 7" at the end of a detail is a line of the program; "line 7: …" at its start, of the tests.
    const fault = Number(/, line (\d+)$/.exec(detail ?? "")?.[1] ?? 0) - 1;
    const rows = drawCode(box, program, (index) => (index === fault ? "fault" : ""));
    reveal(box, rows[fault]);
  }
  const shown = whole ? "" : program === null ? "" : count(splitLines(program).length, "line");
  const cut = answer?.length === 2 ? answer.join("").length : 0;
  $("program-facts").textContent = [shown, rule ? `extracted by ${rule}` : "", cut ? `${count(cut, "character")} cut` : ""].filter(Boolean).join(", ");
}

// What was cut before and after the program is struck out.
function drawAnswer(box, answer, program) {
  if (answer.length !== 2) {
    if (answer.join("")) drawCode(box, answer.length ? answer[0] : program);
    else if (answer.length) say(box, "The answer is empty.");
    else drawCode(box, program);
    return;
  }
  const first = answer[0].split("\n").length - 1;
  const last = first + program.split("\n").length - 1;
  const kept = (index) => index >= first && (index < last || (index === last && !program.endsWith("\n")));
  drawCode(box, answer[0] + program + answer[1], (index) => (kept(index) ? "" : "cut"));
}

function drawEdits(box, edits) {
  const edit = at.edit < 0 ? edits.length - 1 : clamp(at.edit, edits.length);
  const before = edit ? splitLines(edits[edit - 1]) : [];
  const after = splitLines(edits[edit]);
  const fresh = freshLines(before, after);
  const gone = before.length - (after.length - fresh.size);
  const rows = drawCode(box, edits[edit], (index) => (fresh.has(index) ? "fresh" : ""), edits.at(-1));
  reveal(box, rows.find((row) => row.classList.contains("fresh")));
  $("slider").max = edits.length;
  $("slider").value = edit + 1;
  $("edit-facts").textContent = `Edit ${edit + 1} of ${edits.length}, +${fresh.size}${gone ? ` −${gone}` : ""}`;
  $("slider").setAttribute("aria-valuetext", $("edit-facts").textContent);
  $("edit-back").setAttribute("aria-disabled", edit <= 0);
  $("edit-next").setAttribute("aria-disabled", edit >= edits.length - 1);
}

function drawFacts({ number, seconds, cpu, memory, tokens: used, finish, tier }) {
  const facts = {
    Sample: number,
    Seconds: seconds?.toFixed(3),
    "CPU seconds": cpu?.toFixed(3),
    Memory: memory > 0 ? `${(memory / 2 ** 20).toFixed(0)} MiB` : null,
    Sandbox: tier,
    "Prompt tokens": used?.prompt,
    "Answer tokens": used?.completion,
    Finish: finish,
  };
  $("facts").replaceChildren(...Object.entries(facts).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const fact = element("div");
    fact.append(element("dt", "", name), element("dd", "", `${value}`));
    return [fact];
  }));
}

// ---- What the reader does ------------------------------------------------------------------------------------

function stepEdit(by) {
  const edits = at.task < 0 ? null : sampleAt()?.edits;
  if (!edits?.length) return;
  answering = false;
  go({ edit: clamp((at.edit < 0 ? edits.length - 1 : at.edit) + by, edits.length) });
}

function showAnswer(on) {
  answering = on;
  if (at.task >= 0) go({ edit: at.edit });
}

function wrap(on) {
  document.body.classList.toggle("wrap", on);
  $("wrap").setAttribute("aria-pressed", on);
}

$("back").addEventListener("click", () => stepSample(-1));
$("next").addEventListener("click", () => stepSample(1));
$("edit-back").addEventListener("click", () => stepEdit(-1));
$("edit-next").addEventListener("click", () => stepEdit(1));
$("slider").addEventListener("input", () => { answering = false; go({ edit: $("slider").valueAsNumber - 1 }); });
$("show-answer").addEventListener("click", () => showAnswer(!answering));
$("show-reference").addEventListener("click", () => { referring = !referring; go({ edit: at.edit }); });
$("wrap").addEventListener("click", () => wrap($("wrap").getAttribute("aria-pressed") === "false"));
$("strip").addEventListener("click", (event) => {
  const cell = event.target.closest(".cell");
  if (cell) go({ sample: Number(cell.dataset.sample) });
});

start();
