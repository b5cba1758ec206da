// The funnel's keys. The page holds everything without them.

const stages = [...document.querySelectorAll(".stage")];
const examples = [...document.querySelectorAll("details")];
let at = -1;

function step(by) {
  at = Math.max(0, Math.min(stages.length - 1, at + by));
  stages[at]?.scrollIntoView({ block: "start" });
  stages[at]?.focus({ preventScroll: true });
}

function toggle() {
  const open = examples.some((each) => !each.open);
  for (const each of examples) each.open = open;
}

const KEYS = {
  n: () => step(1),
  p: () => step(-1),
  e: toggle,
  "?": () => $("help").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.metaKey || event.ctrlKey || event.altKey || $("help").open || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});
$("open-help").addEventListener("click", () => $("help").showModal());
