// What the pages do beyond showing: colours, contents on a phone, folded parts when printed,
// boxes that scroll by keyboard, citations to copy. The pages work without it.
(function () {
  "use strict";
  var root = document.documentElement;
  var prefersDark = matchMedia("(prefers-color-scheme: dark)");
  var NAMES = { auto: "as the system", light: "light", dark: "dark" };

  function each(selector, act) {
    document.querySelectorAll(selector).forEach(act);
  }

  function applyMode(mode) {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (prefersDark.matches ? "dark" : "light") : mode;
    each(".theme-button", function (button) {
      button.setAttribute("aria-label", "Colours: " + NAMES[mode]);
      button.title = "Colours: " + NAMES[mode];
    });
  }

  function nextMode() {
    var order = prefersDark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    var mode = order[(order.indexOf(root.dataset.mode) + 1) % order.length];
    applyMode(mode);
    try { localStorage.setItem("mode", mode); } catch (refused) { /* private window */ }
  }

  applyMode(root.dataset.mode || "auto");
  prefersDark.addEventListener("change", function () { applyMode(root.dataset.mode); });
  each(".theme-button", function (button) { button.addEventListener("click", nextMode); });
  each(".print-button", function (button) {
    button.addEventListener("click", function () { window.print(); });
  });

  // Contents: beside the page on a wide screen, over it on a narrow one.
  var contents = document.getElementById("book-contents");
  each(".contents-button", function (button) {
    function show(open) {
      root.classList.toggle("contents-open", open);
      button.setAttribute("aria-expanded", String(open));
      if (open) { contents.querySelector("a, input").focus(); }
    }
    button.addEventListener("click", function () {
      show(!root.classList.contains("contents-open"));
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && root.classList.contains("contents-open")) {
        show(false);
        button.focus();
      }
    });
    document.addEventListener("click", function (event) {
      var inside = contents.contains(event.target) || button.contains(event.target);
      if (!inside && root.classList.contains("contents-open")) { show(false); }
    });
  });

  // The download menu closes as a menu does.
  each(".download-menu", function (menu) {
    document.addEventListener("click", function (event) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
    menu.addEventListener("keydown", function (event) {
      if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  });

  // A box that scrolls can be reached by keyboard. Asked when the page has its layout, and of boxes
  // in a folded part when it is opened.
  var BOXES = "pre, .table-scroll, .ledger-box, .pst-scrollable-table-container";
  function reachable(part) {
    part.querySelectorAll(BOXES).forEach(function (box) {
      if (box.closest("details:not([open])")) { return; }
      if (box.scrollWidth > box.clientWidth + 1) { box.tabIndex = 0; }
    });
  }
  function reachableAll() { reachable(document); }
  var whenIdle = window.requestIdleCallback || setTimeout;
  whenIdle(reachableAll);
  addEventListener("resize", reachableAll);
  document.addEventListener("toggle", function (event) { reachable(event.target); }, true);

  // A citation can be copied; where the browser forbids that (a page opened from disk), its text is
  // selected, ready to be copied by hand.
  each(".cite-text, .fig-cite-text", function (citation) {
    var line = document.createElement("p"), button = document.createElement("button");
    var said = document.createElement("span");
    button.type = "button";
    button.className = "copy-button";
    button.textContent = "Copy the citation";
    said.setAttribute("role", "status");
    line.append(button, " ", said);
    citation.after(line);
    function select() {
      getSelection().selectAllChildren(citation);
      said.textContent = "Selected: copy it with your keyboard.";
    }
    button.addEventListener("click", function () {
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(citation.textContent).then(function () {
        said.textContent = "Copied.";
      }, select);
    });
  });

  // Print is light, with everything open.
  var shut = [];
  addEventListener("beforeprint", function () {
    shut = Array.prototype.filter.call(document.querySelectorAll("main details"), function (part) {
      return !part.open;
    });
    shut.forEach(function (part) { part.open = true; });
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", function () {
    shut.forEach(function (part) { part.open = false; });
    applyMode(root.dataset.mode);
  });

  // A link into a folded part opens it.
  function openTarget() {
    var target = location.hash && document.getElementById(location.hash.slice(1).split("?")[0]);
    for (; target; target = target.parentElement) {
      if (target.tagName === "DETAILS") { target.open = true; }
    }
  }
  openTarget();
  addEventListener("hashchange", openTarget);

  // Mark the section that is being read.
  var links = {};
  each(".page-toc a[href^='#']", function (link) { links[link.hash.slice(1)] = link; });
  var sections = Array.prototype.filter.call(
    document.querySelectorAll("main section[id]"),
    function (section) { return links[section.id]; }
  );
  if (sections.length && "IntersectionObserver" in window) {
    var mark = function () {
      var current = sections[0];
      sections.forEach(function (section) {
        if (section.getBoundingClientRect().top < innerHeight / 3) { current = section; }
      });
      Object.keys(links).forEach(function (id) {
        if (id === current.id) { links[id].setAttribute("aria-current", "true"); }
        else { links[id].removeAttribute("aria-current"); }
      });
    };
    var watcher = new IntersectionObserver(mark, { rootMargin: "-30% 0px -60% 0px" });
    sections.forEach(function (section) { watcher.observe(section); });
  }
})();
