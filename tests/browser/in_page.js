// Measures taken inside a page. Each returns a list of plain objects; an empty list is good news.
window.measure = (() => {
  "use strict";

  const seen = (element) =>
    element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  // A link that jumps over the menu waits outside the page until it has the focus.
  const onPage = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 2 && box.height > 2 && box.right > 0 && box.bottom + scrollY > 0;
  };
  const ownWords = (element) =>
    [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim();
  const figureOf = (element) => element.closest("figure[data-figure]")?.id ?? "no figure";

  /** The pictures that are on show (of a wide and a narrow twin only one is). */
  const pictures = () =>
    [...document.querySelectorAll("figure[data-figure] svg")].filter(
      (svg) => seen(svg) && !svg.closest("details") && !svg.parentElement.closest("svg"),
    );
  const drawn = (svg, kinds) =>
    [...svg.querySelectorAll(kinds)].filter((e) => !e.closest("defs, clipPath"));
  const labels = (svg) => [...svg.querySelectorAll("text")].filter((t) => seen(t) && words(t));

  /** Pixels of a label's font as the reader sees it: the style's size times the drawing's scale. */
  const fontPixels = (element) => {
    const m = element.getScreenCTM();
    return parseFloat(getComputedStyle(element).fontSize) * Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
  };

  const smallText = (least) =>
    pictures().flatMap((svg) =>
      labels(svg)
        .flatMap((t) => [t, ...t.querySelectorAll("tspan")])
        .filter((t) => ownWords(t) && fontPixels(t) < least - 0.05)
        .map((t) => ({ figure: figureOf(svg), text: ownWords(t), px: +fontPixels(t).toFixed(2) })),
    );

  /** Words beside the charts that are set smaller than that. */
  const smallWords = (least) =>
    [...document.body.querySelectorAll("*")]
      .filter((e) => ownWords(e) && seen(e) && !e.closest("svg, script, style, .visually-hidden") &&
                     onPage(e) && parseFloat(getComputedStyle(e).fontSize) < least - 0.05)
      .map((e) => ({ element: e.localName, text: ownWords(e).slice(0, 40), px: getComputedStyle(e).fontSize }));

  // A label's box has room for ascenders and descenders: boxes may touch a little before ink does.
  const inkBox = (element) => {
    const box = element.getBoundingClientRect();
    const upright = box.width >= box.height || words(element).length < 3;
    const slack = fontPixels(element) * 0.18;
    return upright
      ? { left: box.left, right: box.right, top: box.top + slack, bottom: box.bottom - slack }
      : { left: box.left + slack, right: box.right - slack, top: box.top, bottom: box.bottom };
  };
  const shared = (a, b) =>
    Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left),
             Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

  const overlaps = () =>
    pictures().flatMap((svg) => {
      const boxes = labels(svg).map((t) => ({ text: words(t), box: inkBox(t) }));
      return boxes.flatMap((a, i) =>
        boxes
          .slice(i + 1)
          .filter((b) => shared(a.box, b.box) > 1)
          .map((b) => ({ figure: figureOf(svg), text: a.text, over: b.text })),
      );
    });

  const clipped = () =>
    pictures().flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return labels(svg)
        .filter((t) => {
          const box = inkBox(t);
          return box.left < frame.left - 1 || box.right > frame.right + 1 ||
                 box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
        })
        .map((t) => ({ figure: figureOf(svg), text: words(t) }));
    });

  const scrolls = (element) => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement) {
      if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)) return true;
    }
    return false;
  };

  /** What makes the page scroll sideways. */
  const tooWide = () => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const width = root.clientWidth;
    const found = [...document.body.querySelectorAll("*")]
      .filter((e) => seen(e) && e.getBoundingClientRect().right > width + 1 && !scrolls(e))
      .map((e) => ({ element: e.tagName.toLowerCase() + (e.className && typeof e.className === "string" ? "." + e.className : ""), text: words(e).slice(0, 60) }));
    return [{ scrollWidth: root.scrollWidth, clientWidth: width }, ...found.slice(-6)];
  };

  const hides = (element) =>
    /hidden|clip|auto|scroll/.test(getComputedStyle(element).overflow);
  const smaller = (a, b) => ({
    left: Math.max(a.left, b.left), right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom),
  });

  /** Boxes that show less than they hold and cannot be scrolled to the rest. */
  const cut = () =>
    [...document.body.querySelectorAll("*")]
      .filter((e) => seen(e) && !e.closest(".visually-hidden, svg, thead") && words(e) && onPage(e))
      .filter((e) => {
        const style = getComputedStyle(e);
        const out = (way, held, shown) => /hidden|clip/.test(way) && held > shown + 2;
        return out(style.overflowX, e.scrollWidth, e.clientWidth) ||
               out(style.overflowY, e.scrollHeight, e.clientHeight);
      })
      .map((e) => ({ element: e.localName, kind: e.className, text: words(e).slice(0, 40) }));

  /** Labels of charts that begin or end outside the page, where no scrolling leads. */
  const offPage = () =>
    pictures().flatMap((svg) =>
      labels(svg)
        .filter((t) => inkBox(t).left < 0 || inkBox(t).right > document.documentElement.clientWidth)
        .map((t) => ({ figure: figureOf(svg), text: words(t) })),
    );

  /** Lines of words, those of charts too, that lie on one another: the first forty pairs. */
  const collisions = () => {
    const frames = new Map(); // what is seen of an element's insides, scrolled boxes as they stand
    const frame = (e) => {
      if (!e || e === document.body) return { left: -1e9, right: 1e9, top: -1e9, bottom: 1e9 };
      if (!frames.has(e)) {
        const outer = frame(e.parentElement);
        frames.set(e, hides(e) ? smaller(outer, e.getBoundingClientRect()) : outer);
      }
      return frames.get(e);
    };
    const lines = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
      const parent = node.parentElement;
      if (!node.data.trim() || !seen(parent) || getComputedStyle(parent).opacity === "0") continue;
      // a menu lies over the page, a table's head over its lines: both on purpose
      if (parent.closest("script, style, select, thead, .visually-hidden, .skip-link, .download-menu ul")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const slack = (parent.closest("svg") ? fontPixels(parent) : parseFloat(getComputedStyle(parent).fontSize)) * 0.25;
      for (const box of range.getClientRects()) {
        const part = smaller(frame(parent), { left: box.left, right: box.right, top: box.top + slack, bottom: box.bottom - slack });
        if (part.right > part.left && part.bottom > part.top) lines.push({ text: node.data.trim().slice(0, 40), node, ...part });
      }
    }
    lines.sort((a, b) => a.top - b.top);
    const found = [];
    lines.forEach((a, i) => {
      for (let j = i + 1; j < lines.length && lines[j].top < a.bottom - 1; j++) {
        const b = lines[j];
        if (a.node !== b.node && shared(a, b) > 1.5) found.push({ figure: figureOf(a.node.parentElement), text: a.text, over: b.text });
      }
    });
    return found.slice(0, 40);
  };

  /** What moves by itself or glides: nothing should, so that nothing has to be stilled. */
  const motion = () =>
    [...document.querySelectorAll("*")].flatMap((e) => {
      const style = getComputedStyle(e);
      const glides = style.transitionDuration.split(", ").some((time) => parseFloat(time) > 0);
      const moves = style.animationName !== "none" || style.scrollBehavior === "smooth";
      const plays = /^(animate|animateTransform|animateMotion|marquee|blink|video)$/.test(e.localName);
      return glides || moves || plays ? [{ element: e.localName, kind: String(e.className) }] : [];
    });

  /** The share of the window that parts which stay in place cover. */
  const covered = () => {
    const still = [...document.body.querySelectorAll("*")].filter((e) => {
      const [place, box] = [getComputedStyle(e).position, e.getBoundingClientRect()];
      return /fixed|sticky/.test(place) && !e.closest("table, .skip-link") && seen(e) && box.height > 0 &&
             box.top < innerHeight && box.bottom > 0 && box.right > 0;
    });
    return Math.max(0, ...still.map((e) => e.getBoundingClientRect().height)) / innerHeight;
  };

  /** What can only be used on a screen and is on show. */
  const controls = () =>
    [...document.querySelectorAll("button, input, select")]
      .filter((e) => seen(e) && onPage(e))
      .map((e) => ({ element: e.localName, text: words(e).slice(0, 40) }));

  const nameOf = (e) =>
    `${e.localName} ${e.id || e.getAttribute("aria-label") || words(e).slice(0, 40)}`;

  /** What Tab should reach, in the order of the document; of radio buttons the chosen one. */
  const tabStops = () =>
    [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
      .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }))
      .filter((e) => e.type !== "radio" || e.checked)
      .filter((e) => !e.closest("details:not([open])") || e.localName === "summary")
      .map(nameOf);

  // Where the focus has come to, noted when it is about to go on: then the page has scrolled to it.
  const path = [];
  const noteFocus = () => {
    const at = document.activeElement;
    if (at === document.body) return;
    const [style, box] = [getComputedStyle(at), at.getClientRects()[0]];
    // a link may run over two lines, a table may be taller than the window: one part in sight will do
    const inside = (at, whole) => Math.min(Math.max(at, 0), whole - 1);
    const x = inside(box.left + Math.min(box.width, 20) / 2, innerWidth);
    const tops = [box.top + Math.min(box.height, 20) / 2, (box.top + box.bottom) / 2, box.bottom - 8]
      .map((y) => document.elementFromPoint(x, inside(y, innerHeight)));
    path.push({
      name: nameOf(at),
      marked: parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none",
      inSight: tops.some((top) => top && top.localName !== "html" && (at.contains(top) || top.contains(at))),
    });
  };
  const watchFocus = () => {
    document.activeElement.blur();
    document.addEventListener("keydown", noteFocus);
  };
  const focused = () => {
    document.removeEventListener("keydown", noteFocus);
    noteFocus();
    return path.splice(0);
  };

  /** Where each element lies: the same in two states when these are equal. */
  const places = () =>
    [...document.body.querySelectorAll("*")].map((e) => {
      const box = e.getBoundingClientRect();
      return `${e.localName} ${[box.left, box.top, box.width, box.height].map(Math.round)}`;
    });

  // Colours, read by painting them: whatever their notation, four numbers come out.
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const painted = new Map(); // each notation is painted once; computed styles hold no system names
  const rgba = (colour) => {
    if (!painted.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = "#000";
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      painted.set(colour, [r, g, b, a / 255]);
    }
    return painted.get(colour);
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
  const light = (c) => {
    const [r, g, b] = c.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x);
    return (hi + 0.05) / (lo + 0.05);
  };
  const canvas = () => {
    const probe = document.createElement("i");
    probe.style.cssText = "color: Canvas; position: absolute";
    document.body.append(probe);
    const found = rgba(getComputedStyle(probe).color);
    probe.remove();
    return found.slice(0, 3);
  };
  /** What lies behind an element; `known` keeps the answers while the page stands still. */
  const behind = (element, known = new Map()) => {
    if (!element) return canvas();
    if (!known.has(element)) {
      const own = rgba(getComputedStyle(element).backgroundColor);
      const under = own[3] === 1 ? own : behind(element.parentElement, known);
      known.set(element, own[3] > 0 ? over(own, under) : under);
    }
    return known.get(element);
  };

  /** The filled shapes of a drawing, in the order of painting, with what it takes to ask them. */
  const filled = (svg) =>
    drawn(svg, "path, rect, circle, polygon").flatMap((shape) => {
      const style = getComputedStyle(shape);
      if (style.fill === "none") return [];
      const [r, g, b, a] = rgba(style.fill);
      const colour = [r, g, b, a * style.fillOpacity * style.opacity];
      return [{ shape, colour, box: shape.getBoundingClientRect() }];
    });

  // In a drawing what lies behind a label is the last shape painted before it at its middle.
  const shapesBehind = (label, under, shapes) => {
    const box = label.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    for (const { shape, colour, box: b } of shapes) {
      if (x < b.left - 1 || x > b.right + 1 || y < b.top - 1 || y > b.bottom + 1) continue;
      if (!(shape.compareDocumentPosition(label) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const at = new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
      if (shape.isPointInFill(at)) under = over(colour, under);
    }
    return under;
  };

  /** Words that would not be told from what lies behind them. `paper` replaces the background. */
  const faint = (least, paper) => {
    const texts = [...document.body.querySelectorAll("*")].filter(
      (e) => ownWords(e) && seen(e) && !e.closest("script, style, noscript, template, title, .visually-hidden, [hidden]") &&
             onPage(e) && getComputedStyle(e).opacity !== "0",
    );
    const [known, shapes] = [new Map(), new Map()];
    const shapesOf = (svg) => {
      if (!shapes.has(svg)) shapes.set(svg, filled(svg));
      return shapes.get(svg);
    };
    const found = texts
      .map((e) => {
        const style = getComputedStyle(e);
        const inPicture = e.namespaceURI.endsWith("svg") && !(e instanceof HTMLElement);
        const ground = paper ? rgba(paper).slice(0, 3) : behind(e, known);
        const under = inPicture ? shapesBehind(e, ground, shapesOf(e.ownerSVGElement)) : ground;
        const ink = over(rgba(inPicture ? style.fill : style.color), under);
        return { element: e.tagName.toLowerCase() + (typeof e.className === "string" && e.className ? "." + e.className : ""), text: ownWords(e).slice(0, 40), ratio: +ratio(ink, under).toFixed(2) };
      })
      .filter((one) => one.ratio < least);
    // One example of each kind of element and each ratio.
    const kinds = new Map(found.map((one) => [`${one.element} ${one.ratio}`, one]));
    return [...kinds.values()];
  };

  /** The colours of a page by name: ground, words, and every ink of its charts. */
  const colours = () => ({
    ground: behind(document.querySelector("h1") ?? document.body).map(Math.round).join(","),
    words: getComputedStyle(document.querySelector("h1") ?? document.body).color,
    charts: pictures().map((svg) => ({
      figure: figureOf(svg),
      inks: [...new Set(drawn(svg, "path, line, rect, circle, polyline, text, use").flatMap((e) => {
        const style = getComputedStyle(e);
        if (e.localName !== "use") return [style.stroke, style.fill];
        return e.hasAttribute("fill") || e.style.fill ? [style.fill] : [];
      }))].filter((c) => c !== "none").sort(),
    })),
  });

  /** For each shape of each chart: how far its stroke or fill stands out from the ground. */
  const marks = () =>
    pictures().flatMap((svg) => {
      const under = behind(svg);
      const stand = (colour) => (colour === "none" ? 1 : ratio(over(rgba(colour), under), under));
      return drawn(svg, "path, line, rect, circle, use, polyline, polygon").map((e) => {
        const style = getComputedStyle(e);
        return { figure: figureOf(svg), ratio: Math.max(stand(style.stroke), stand(style.fill)) };
      });
    });

  return { pictures, marks, smallWords, cut, offPage, collisions, motion,
           covered, controls, tabStops, watchFocus, focused, places, smallText, overlaps, clipped, tooWide, faint, colours, words };
})();
