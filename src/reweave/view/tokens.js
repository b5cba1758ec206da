"use strict";

// Splits Python into coloured pieces, a line at a time: comments, strings, keywords, names, numbers, decorators.
// It colours and nothing else: joined, the pieces are the line again, and no input makes it fail.
// The caller tokenizes the finished program and keeps each line's colours in every state, so that a line in a
// triple-quoted string has the same colour whether or not the line that opens the string is there yet.

const KEYWORDS = new Set(("False None True and as assert async await break class continue def del elif else " +
  "except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield").split(" "));

const PIECE = new RegExp([
  "(?<comment>#.*)",
  "(?<open>\\b[rbuft]{0,2}(?:\"\"\"|'''|\"|'))|(?<bare>\"\"\"|'''|\"|')",
  "(?<number>\\b(?:0[xob][\\da-f_]+|\\d[\\d_]*\\.?[\\d_]*(?:e[+-]?\\d[\\d_]*)?j?)|\\.\\d[\\d_]*(?:e[+-]?\\d+)?j?)",
  "(?<word>[\\p{L}_][\\p{L}\\p{N}\\p{M}_]*)",
].join("|"), "giu");

// A line this long is data or minified; colouring it would cost more than it shows.
const LONGEST = 4000;

// Where a string that is open at `from` ends: the index after its closing quote, or -1.
function closing(line, from, quote) {
  for (let i = from; i < line.length; i++) {
    if (line[i] === "\\") i++;
    else if (line.startsWith(quote, i)) return i + quote.length;
  }
  return -1;
}

// The pieces of one line as [class, text], and the quote that is still open after it ("" for none).
function tokens(line, quote) {
  if (line.length > LONGEST) return [[["", line]], quote];
  const pieces = [];
  let at = 0;
  let previous = "";
  const take = (kind, end) => {
    if (end > at) pieces.push([kind, line.slice(at, end)]);
    at = end;
  };
  const string = (from, opened) => {
    const end = closing(line, from, opened);
    take("string", end < 0 ? line.length : end);
    // A one-quote string goes on only after a backslash; otherwise the line is broken and the next one starts anew.
    const goesOn = opened.length === 3 || /\\\r?$/.test(line);
    return end < 0 && goesOn ? opened : "";
  };
  if (quote) {
    quote = string(0, quote);
  } else {
    const decorator = /^\s*@[\p{L}\p{N}_.]+/u.exec(line);
    if (decorator) take("decorator", decorator[0].length);
  }
  while (at < line.length && !quote) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(line);
    if (!match) break;
    take("", match.index);
    const { comment, open, bare, number, word } = match.groups;
    const end = at + match[0].length;
    if (open || bare) quote = string(end, (open || bare).replace(/^[a-z]+/i, ""));
    else if (comment) take("comment", end);
    else if (number) take("number", end);
    else if (KEYWORDS.has(word)) take("keyword", end);
    else if (/^(?:match|case)$/.test(word) && /^\s*$/.test(line.slice(0, at)) && /:\s*(?:#.*)?$/.test(line)) take("keyword", end);
    else take(previous === "def" || previous === "class" ? "name" : "", end);
    previous = word;
  }
  take("", line.length);
  return [pieces, quote];
}
