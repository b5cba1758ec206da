// The list at the side of a page: entries made as they come into view, and a filter over them. Their names are
// untrusted: text enters the document through textContent and attributes only, never as markup.

const CHUNK = 100; // a data set has thousands

// noun: what an entry is called; size: how many there are; entry(index): the three texts that stand in one;
// text(index): what the search looks in; wanted(index): whether filters beside the search let it pass;
// chosen(): the one that is shown; choose(index, clicked): shows another.
function makeList({ noun, size, entry, text, chosen, choose, wanted = () => true }) {
  const box = $("list").querySelector("ul");
  const sentinel = element("li", "sentinel");
  const list = { matches: [], filter, show, step, open };
  let made = 0;
  let haystacks = null;

  function make(until) {
    const entries = list.matches.slice(made, until).map((index) => {
      const [id, about, note] = entry(index);
      const button = element("button", "entry", "", { type: "button", tabindex: "-1", "data-index": index });
      const name = element("span", "id");
      name.append(element("bdi", "", id)); // the bdi keeps its order where the style cuts long names at the left
      button.append(name, element("span", "about", about), element("span", "size", note));
      const item = element("li");
      item.append(button);
      return item;
    });
    made += entries.length;
    box.append(...entries);
    if (made < list.matches.length) box.append(sentinel);
    else sentinel.remove();
    mark();
  }

  function filter() {
    haystacks ??= Array.from({ length: size }, (_, index) => text(index).toLowerCase());
    const terms = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    list.matches = [...haystacks.keys()].filter((index) =>
      terms.every((term) => haystacks[index].includes(term)) && wanted(index));
    made = 0;
    box.replaceChildren();
    box.scrollTop = 0;
    const some = terms.length > 0 || list.matches.length < size;
    $("found").textContent = `${some ? `${list.matches.length.toLocaleString("en")} of ` : ""}${count(size, noun)}`;
    make(CHUNK);
  }

  function mark() {
    for (const marked of box.querySelectorAll("[aria-current]")) {
      marked.removeAttribute("aria-current");
      marked.tabIndex = -1;
    }
    const button = box.querySelector(`[data-index="${chosen()}"]`);
    button?.setAttribute("aria-current", "true");
    // One stop for the Tab key in the whole list; the arrows move within it.
    const stop = button ?? box.querySelector("button");
    if (stop) stop.tabIndex = 0;
    return button;
  }

  // Brings the entry of what is shown into view.
  function show() {
    const position = list.matches.indexOf(chosen());
    if (position >= made) make(position + CHUNK);
    const focused = box.contains(document.activeElement);
    const button = mark();
    button?.scrollIntoView({ block: "nearest" });
    if (focused) button?.focus({ preventScroll: true });
  }

  // Within what the filter has left; from an entry that it has hidden, to the nearest one.
  function step(by) {
    const following = list.matches.findIndex((index) => index > chosen());
    const here = list.matches.indexOf(chosen());
    const before = (following < 0 ? list.matches.length : following) - 1;
    const target = here >= 0 ? here + by : by > 0 ? before + 1 : before;
    if (target in list.matches) choose(list.matches[target], false);
  }

  // On a phone the list lies over the page.
  function open(on) {
    $("list").classList.toggle("open", on);
    $("open-list").setAttribute("aria-expanded", on);
    if (on) show();
  }

  new IntersectionObserver((entries) => {
    if (entries.some((each) => each.isIntersecting)) make(made + CHUNK);
  }, { root: box, rootMargin: "400px" }).observe(sentinel);
  $("open-list").addEventListener("click", () => open(!$("list").classList.contains("open")));
  $("search").addEventListener("input", filter);
  $("search").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && list.matches.length) {
      choose(list.matches.includes(chosen()) ? chosen() : list.matches[0], false);
      $("search").blur();
      open(false);
    }
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    open(false);
    choose(Number(button.dataset.index), true);
  });
  return list;
}
