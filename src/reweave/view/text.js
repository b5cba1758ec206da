// What the pages need to put untrusted text into a document: through textContent and attributes, never as markup.

const $ = (id) => document.getElementById(id);

function element(name, kind = "", text = "", attributes = {}) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const clamp = (value, length) => Math.max(0, Math.min(length - 1, value));

const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

// On \n only, as records.split_lines: a form feed, \r or U+2028 is part of its line. Endings are left out.
function splitLines(text) {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

// Characters that are invisible, break lines, or turn the direction of what follows are shown by name.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const CONTROLS = new RegExp(`(${CONTROL.source})`, "u");

function controlName(character) {
  const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return { "\r": "CR", "\f": "FF" }[character] ?? `U+${code}`;
}

function appendText(parent, text, kind) {
  for (const part of CONTROL.test(text) ? text.split(CONTROLS) : [text]) {
    if (part.length === 1 && CONTROL.test(part)) {
      parent.append(element("span", "control", part, { "data-name": controlName(part) }));
    } else if (part) {
      parent.append(kind ? element("span", kind, part) : part);
    }
  }
}
