// Explorers in the built page: native controls over frames made at build time
// (rare_earths/explorer.py writes both). The frames of an explorer are integers in a script of
// their own, `_figures/<slug>.js`, which calls reFrames(slug, data). It is loaded when the chart
// is near the view, at the first input or focus, or when the address carries a state.
(function () {
  "use strict";
  var MISSING = 99999;
  var explorers = {};

  function all(root, selector) { return Array.from(root.querySelectorAll(selector)); }

  // ---- controls: each has keys (for the address), get and set (place among its values)

  function rangeControl(input) {
    var labels = JSON.parse(input.dataset.labels);
    var output = document.querySelector('output[for="' + input.id + '"]');
    return {
      name: input.dataset.control,
      keys: JSON.parse(input.dataset.keys),
      get: function () { return Number(input.value); },
      set: function (place) { input.value = place; },
      show: function () {
        output.textContent = labels[input.value];
        input.setAttribute("aria-valuetext", labels[input.value]);
      }
    };
  }

  function selectControl(select) {
    return {
      name: select.dataset.control,
      keys: Array.from(select.options, function (option) { return option.value; }),
      get: function () { return select.selectedIndex; },
      set: function (place) { select.selectedIndex = place; },
      show: function () {}
    };
  }

  function radioControl(fieldset) {
    var inputs = all(fieldset, "input");
    return {
      name: fieldset.dataset.control,
      keys: inputs.map(function (input) { return input.value; }),
      get: function () { return inputs.findIndex(function (input) { return input.checked; }); },
      set: function (place) { inputs[place].checked = true; },
      show: function () {}
    };
  }

  function control(element) {
    if (element.tagName === "SELECT") return selectControl(element);
    return element.tagName === "FIELDSET" ? radioControl(element) : rangeControl(element);
  }

  // ---- frames: a grid is [first row, columns that vary, differences from row to row, from
  // column to column, text]; see pack and _letters in explorer.py

  function numbers(text) {
    var out = [], value = 0, place = 1;
    for (var i = 0; i < text.length; i++) {
      var letter = text.charCodeAt(i);
      if (letter >= 93) {
        value += place * (letter - 93);
        place *= 34;
      } else {
        value += place * (letter - 35);
        out.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = 0;
        place = 1;
      }
    }
    return out;
  }

  function unpack(packed, states) {
    var first = packed[0], vary = packed[1], byRow = packed[2], byColumn = packed[3];
    var flat = numbers(packed[4]), width = vary.length, rows = [];
    for (var s = 0; s < states; s++) {
      var part = flat.slice(s * width, (s + 1) * width), row = first.slice();
      for (var times = 0; times < byColumn; times++) {
        for (var i = 1; i < width; i++) part[i] += part[i - 1];
      }
      part.forEach(function (value, j) {
        row[vary[j]] = value + (byRow && s ? rows[s - 1][vary[j]] : 0);
      });
      rows.push(row);
    }
    return rows;
  }

  function round(value) { return Math.round(value * 100) / 100; }

  function points(row, to) {
    var half = row.length / 2, made = [];
    for (var i = 0; i < half; i++) {
      made.push(row[i] === MISSING || row[half + i] === MISSING ? null
        : [round(to[0] + to[1] * row[i]), round(to[2] + to[3] * row[half + i])]);
    }
    return made;
  }

  function outline(made, closed) {
    var text = "", down = false;
    made.forEach(function (point) {
      if (point) text += (down ? " " : "M") + point[0] + " " + point[1];
      down = Boolean(point);
    });
    return text + (closed && text ? "z" : "");
  }

  function placeUses(parent, uses, stamp, made) {
    while (uses.length > made.length) uses.pop().remove();
    while (uses.length < made.length) uses.push(parent.appendChild(stamp.cloneNode()));
    uses.forEach(function (use, i) {
      use.setAttribute("x", made[i][0]);
      use.setAttribute("y", made[i][1]);
    });
  }

  // One moving artist in one picture: a function that puts it where a state says.
  function mark(group, entry, grid, to, strings) {
    var path = all(group, "path").find(function (one) { return !one.closest("defs"); });
    var text = group.querySelector("text"), uses = all(group, "use");
    var stamp = uses[0], parent = stamp && stamp.parentNode;
    return function (state) {
      var made = points(grid[state], to);
      if (text && made[0]) {
        text.setAttribute("x", made[0][0]);
        text.setAttribute("y", made[0][1]);
      }
      if (text && strings) text.textContent = strings[state];
      if (path) path.setAttribute("d", outline(made, entry.kind === "area"));
      if (stamp) placeUses(parent, uses, stamp, made.filter(Boolean));
    };
  }

  function prepare(element, data) {
    var states = data.sizes.reduce(function (a, b) { return a * b; }, 1);
    var grids = data.grids.map(function (packed) { return unpack(packed, states); });
    function words(grid) {
      return grids[grid].map(function (row) {
        return row.map(function (place) { return data.words[place]; });
      });
    }
    var moves = [];
    data.marks.forEach(function (entry) {
      var strings = "text" in entry && words(entry.text).map(function (row) { return row[0]; });
      ["wide", "narrow"].forEach(function (kind) {
        var grid = grids[kind === "narrow" && "narrow" in entry ? entry.narrow : entry.wide];
        var group = element.querySelector(
          ".fig-" + kind + ' [data-track="' + entry.name + '"]');
        moves.push(mark(group, entry, grid, kind === "wide" ? entry.toWide : entry.toNarrow,
          strings));
      });
    });
    texts(all(element, ".fig-description .computed"), words(data.texts.about)
      .map(function (row) { return [row.join(" ").trim()]; }));
    texts(all(element, "[data-number]"), words(data.texts.numbers));
    texts(all(element, ".fig-table tbody th, .fig-table tbody td"), words(data.texts.cells));
    function texts(nodes, rows) {
      nodes.forEach(function (node, i) {
        moves.push(function (state) {
          if (node.textContent !== rows[state][i]) node.textContent = rows[state][i];
        });
      });
    }
    return function (state) { moves.forEach(function (move) { move(state); }); };
  }

  // ---- one explorer

  function start(element) {
    var slug = element.dataset.explorer;
    var controls = all(element, "[data-control]").map(control);
    var defaults = controls.map(function (one) { return one.get(); });
    var apply = null, asked = false, shown = null;

    function load() {
      if (asked) return;
      asked = true;
      var script = document.createElement("script");
      script.src = element.dataset.script;
      script.onerror = function () { asked = false; script.remove(); };
      document.head.appendChild(script);
    }

    function show() {
      var state = 0;
      controls.forEach(function (one) {
        one.show();
        state = state * one.keys.length + one.get();
      });
      if (apply && state !== shown) apply(shown = state);
    }

    function isDefault() {
      return controls.every(function (one, i) { return one.get() === defaults[i]; });
    }

    function remember() {
      var pairs = controls.map(function (one) {
        return encodeURIComponent(one.name) + "=" + encodeURIComponent(one.keys[one.get()]);
      });
      var bare = location.pathname + location.search;
      var address = isDefault() ? bare : bare + "#" + slug + "?" + pairs.join("&");
      // a browser may refuse many changes in a short time; the chart goes on
      try { history.replaceState(history.state, "", address); } catch (refused) { return; }
    }

    function changed() {
      load();
      show();
      remember();
    }

    function reset() {
      controls.forEach(function (one, i) { one.set(defaults[i]); });
      changed();
    }

    function restore() {
      var hash = location.hash.slice(1);
      if (hash.indexOf(slug + "?") !== 0) return;
      var given = new URLSearchParams(hash.slice(slug.length + 1));
      controls.forEach(function (one, i) {
        var place = one.keys.indexOf(given.get(one.name));
        one.set(place < 0 ? defaults[i] : place);
      });
      load();
      show();
      element.scrollIntoView();
    }

    explorers[slug] = function (data) {
      apply = prepare(element, data);
      show();
      element.dataset.ready = "";
    };
    element.addEventListener("input", changed);
    element.addEventListener("focusin", function (event) {
      if (event.target.closest(".explorer-controls")) load();
    });
    element.querySelector(".explorer-reset").addEventListener("click", reset);
    window.addEventListener("hashchange", restore);
    restore();
    new IntersectionObserver(function (entries, observer) {
      if (entries.some(function (entry) { return entry.isIntersecting; })) {
        observer.disconnect();
        load();
      }
    }, { rootMargin: "400px" }).observe(element);
  }

  window.reFrames = function (slug, data) { explorers[slug](data); };
  all(document, "[data-explorer]").forEach(start);
})();
