// The search over the rows of the evidence, and the way to a row that stands on another page.
// The index (search.js, a script: a page from disk cannot fetch) loads at the first keystroke.
(function () {
  "use strict";
  var MOST = 50;
  var box = document.querySelector(".row-search");
  var here = document.currentScript.src.replace(/_static\/.*$/, "") + "evidence/";
  var data = null;
  var waiting = [];

  // --- the index ---

  window.evidenceIndex = function (index) {
    data = index;
    data.texts = data.v.map(function (value, i) {
      var entity = data.entities[data.e[i]][0];
      return plain([data.series[data.s[i]], entity, data.periods[data.p[i]],
        data.sources[data.k[i]].join(" "), value, value.replace(/,/g, "")].join(" "));
    });
    waiting.splice(0).forEach(function (act) { act(); });
  };

  function whenLoaded(act) {
    if (data) { act(); return; }
    waiting.push(act);
    if (waiting.length > 1) { return; }
    var script = document.createElement("script");
    script.src = box ? box.dataset.index : here + "search.js";
    script.onerror = function () { waiting = []; say("The index of the rows could not be loaded."); };
    document.head.append(script);
  }

  function plain(text) {
    var bare = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
    return " " + bare.replace(/[^\p{L}\p{N}.]+/gu, " ").trim();
  }

  function idOf(i) {
    if (data.ids[i]) { return data.ids[i]; }
    var when = data.periods[data.p[i]].toLowerCase()
      .replace("../", "open-").replace("/..", "-open").replace(/\//g, "-");
    return [data.series[data.s[i]].replace(/_/g, "-"), data.entities[data.e[i]][1], when,
      data.sources[data.k[i]][0].replace(/_/g, "-")].join(".");
  }

  function addressOf(i) {
    return here + data.pages[data.g[i]] + ".html#row-" + idOf(i);
  }

  // --- a row that is not on this page ---

  function findRow() {
    var hash = decodeURIComponent(location.hash);
    if (hash.indexOf("#row-") !== 0 || document.getElementById(hash.slice(1))) { return; }
    whenLoaded(function () {
      for (var i = 0; i < data.v.length; i += 1) {
        if ("#row-" + idOf(i) === hash) { location.replace(addressOf(i)); return; }
      }
    });
  }
  findRow();
  addEventListener("hashchange", findRow);

  // --- the box ---

  if (!box) { return; }
  var query = box.querySelector("#row-query");
  var count = box.querySelector("#row-count");
  var list = box.querySelector("#row-results");

  function say(text) { if (box) { count.textContent = text; } }

  function matches(asked) {
    var found = [];
    for (var i = 0; i < data.texts.length; i += 1) {
      if (asked.every(function (word) { return data.texts[i].indexOf(" " + word) >= 0; })) {
        found.push(i);
      }
    }
    return found;
  }

  function item(i) {
    var link = document.createElement("a");
    link.href = addressOf(i);
    link.textContent = data.series[data.s[i]].replace(/_/g, " ") + ": " +
      data.entities[data.e[i]][0] + ", " + data.periods[data.p[i]];
    var line = document.createElement("li");
    line.append(link, " " + data.v[i] + ", " + data.sources[data.k[i]][1]);
    return line;
  }

  function show() {
    var asked = plain(query.value).split(" ").filter(Boolean);
    if (!asked.length) { list.replaceChildren(); say(""); return; }
    var found = matches(asked);
    var shown = found.slice(0, MOST);
    list.replaceChildren.apply(list, shown.map(item));
    say(found.length === 0 ? "No row has all these words." :
      found.length === 1 ? "1 row." :
      found.length + " rows" + (found.length > MOST ? "; the first " + MOST + " are shown." : "."));
  }

  query.addEventListener("input", function () {
    if (!data) { say("Loading the index of the rows."); }
    whenLoaded(show);
  });

  // Arrows move between the box and its results, Escape leads back and empties the box.
  box.addEventListener("keydown", function (event) {
    var stops = [query].concat(Array.prototype.slice.call(list.querySelectorAll("a")));
    var at = stops.indexOf(document.activeElement);
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && stops[at + step]) {
      event.preventDefault();
      stops[at + step].focus();
    } else if (event.key === "Escape") {
      query.value = "";
      query.focus();
      show();
    }
  });
})();
