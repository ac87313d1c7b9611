// Definitions of terms: shown when a term is pointed at or has the focus, for as long as the pointer
// is on the term or the definition; Escape puts it away. Without this the terms are plain links.
(function () {
  "use strict";
  var main = document.getElementById("main-content");
  var shown = null, leaving = 0; // shown: the link whose definition is to be seen

  function tipOf(link) { return document.getElementById(link.getAttribute("aria-describedby")); }

  function hide() {
    clearTimeout(leaving);
    if (shown) { tipOf(shown).hidden = true; }
    shown = null;
  }

  function wanted() {
    return shown === document.activeElement || shown.matches(":hover") ||
      tipOf(shown).matches(":hover");
  }

  function leave() {
    clearTimeout(leaving);
    leaving = setTimeout(function () { if (shown && !wanted()) { hide(); } }, 250);
  }

  // Under the line on which the term begins, above it where the window ends, never beside the page.
  function place(link, tip) {
    var line = link.getClientRects()[0], page = main.getBoundingClientRect();
    var widest = document.documentElement.clientWidth - 8 - tip.offsetWidth;
    var below = line.bottom + tip.offsetHeight < innerHeight || line.top < tip.offsetHeight + 60;
    tip.style.left = Math.max(8, Math.min(line.left, widest)) - page.left + "px";
    tip.style.top = (below ? line.bottom : line.top - tip.offsetHeight) - page.top + "px";
  }

  function show(link) {
    clearTimeout(leaving);
    if (shown === link) { return; }
    hide();
    shown = link;
    tipOf(link).hidden = false;
    place(link, tipOf(link));
  }

  document.querySelectorAll("a.term").forEach(function (link, number) {
    var tip = document.createElement("div");
    tip.className = "term-tip";
    tip.id = "term-tip-" + number;
    tip.hidden = true;
    tip.setAttribute("role", "tooltip");
    tip.textContent = link.dataset.definition;
    main.append(tip);
    link.setAttribute("aria-describedby", tip.id);
    ["mouseenter", "focus"].forEach(function (event) {
      link.addEventListener(event, function () { show(link); });
    });
    ["mouseleave", "blur"].forEach(function (event) { link.addEventListener(event, leave); });
    tip.addEventListener("mouseleave", leave);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { hide(); }
  });
  addEventListener("resize", hide);
})();
