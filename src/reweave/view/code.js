// Programs as coloured lines, and a way to a line in its box.

// A program's lines as coloured pieces. The lines of an unfinished program have the colours that they have in the
// finished one, where they are found in its order: there the quotes that it opens are closed.
function colour(lines, finished) {
  const whole = finished === null ? [] : splitLines(finished);
  const known = finished === null ? [] : colour(whole, null);
  let quote = "";
  let from = 0;
  return lines.map((line) => {
    const found = finished === null ? -1 : whole.indexOf(line, from);
    if (found >= 0) {
      from = found + 1;
      return known[found];
    }
    let pieces;
    [pieces, quote] = tokens(line, quote);
    return pieces;
  });
}

// Rows of code; `marks` gives a row's class by its index.
function drawCode(box, text, marks = () => "", finished = null) {
  const lines = splitLines(text);
  const coloured = colour(lines, finished);
  const rows = lines.map((line, index) => {
    const pieces = coloured[index];
    const row = element("div", `line ${marks(index)}`.trim());
    const code = element("code");
    for (const [kind, part] of pieces) appendText(code, part, kind);
    row.append(element("span", "gutter", "", { "data-n": index + 1 }), code);
    return row;
  });
  box.style.setProperty("--digits", `${lines.length}`.length);
  box.firstElementChild.replaceChildren(...rows);
  return rows;
}

const say = (box, text) => box.firstElementChild.replaceChildren(element("p", "no-text", text));

// Brings a row into its box without moving the page.
function reveal(box, row) {
  if (!row) return;
  const top = row.offsetTop - box.offsetTop;
  const outside = top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight;
  if (outside) box.scrollTop = top - box.clientHeight / 4;
}
