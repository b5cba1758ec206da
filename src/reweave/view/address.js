// The address keeps the place: reloading it, or opening it elsewhere, shows the same. Each page says what its place is.

let remembering = 0;

// Browsers refuse a page that changes its address too often; a slider does.
function rememberSoon(place) {
  clearTimeout(remembering);
  const before = location.hash;
  remembering = setTimeout(() => {
    // Another address than before is that of somebody who goes elsewhere, which is about to be shown
    if (location.hash === before) history.replaceState(null, "", `#${place()}`);
  }, 120);
}
