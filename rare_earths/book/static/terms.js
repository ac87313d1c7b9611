// Definitions of terms: shown when a term is pointed at or has the focus, for as long as the pointer
// is on the term or the definition; Escape puts it away. Without this the terms are plain links.
(function () {
  "use strict";
  var main = document.getElementById("main-content");
  var shown = null, leaving = 0;

  function hide() {
    clearTimeout(leaving);
    if (shown) { shown.hidden = true; }
    shown = null;
  }

  function leave() {
    clearTimeout(leaving);
    leaving = setTimeout(hide, 250);
  }

  function stay() { clearTimeout(leaving); }

  // Under the line on which the term begins, above it where the window ends, never beside the page.
  function place(link, tip) {
    var line = link.getClientRects()[0], page = main.getBoundingClientRect();
    var widest = document.documentElement.clientWidth - 8 - tip.offsetWidth;
    var below = line.bottom + tip.offsetHeight < innerHeight || line.top < tip.offsetHeight + 60;
    tip.style.left = Math.max(8, Math.min(line.left, widest)) - page.left + "px";
    tip.style.top = (below ? line.bottom : line.top - tip.offsetHeight) - page.top + "px";
  }

  function show(link, tip) {
    stay();
    if (shown === tip) { return; }
    hide();
    shown = tip;
    tip.hidden = false;
    place(link, tip);
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
    link.addEventListener("mouseenter", function () { show(link, tip); });
    link.addEventListener("focus", function () { show(link, tip); });
    link.addEventListener("mouseleave", leave);
    link.addEventListener("blur", hide);
    tip.addEventListener("mouseenter", stay);
    tip.addEventListener("mouseleave", leave);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { hide(); }
  });
  addEventListener("resize", hide);
})();
