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

  // Colours, read by painting them: whatever their notation, four numbers come out.
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = "#000";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
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
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), canvas());
  };

  // In a drawing what lies behind a label is the last shape painted before it at its middle.
  const shapesBehind = (label, under) => {
    const svg = label.ownerSVGElement;
    const box = label.getBoundingClientRect();
    const middle = new DOMPoint(box.left + box.width / 2, box.top + box.height / 2);
    for (const shape of drawn(svg, "path, rect, circle, polygon")) {
      const before = shape.compareDocumentPosition(label) & Node.DOCUMENT_POSITION_FOLLOWING;
      const style = getComputedStyle(shape);
      if (!before || style.fill === "none") continue;
      const at = middle.matrixTransform(shape.getScreenCTM().inverse());
      if (!shape.isPointInFill(at)) continue;
      const [r, g, b, a] = rgba(style.fill);
      under = over([r, g, b, a * style.fillOpacity * style.opacity], under);
    }
    return under;
  };

  /** Words that would not be told from what lies behind them. `paper` replaces the background. */
  const faint = (least, paper) => {
    const texts = [...document.body.querySelectorAll("*")].filter(
      (e) => ownWords(e) && seen(e) && !e.closest("script, style, noscript, template, title, .visually-hidden, [hidden]") &&
             onPage(e) && getComputedStyle(e).opacity !== "0",
    );
    const found = texts
      .map((e) => {
        const style = getComputedStyle(e);
        const inPicture = e.namespaceURI.endsWith("svg") && !(e instanceof HTMLElement);
        const ground = paper ? rgba(paper).slice(0, 3) : behind(e);
        const under = inPicture ? shapesBehind(e, ground) : ground;
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

  return { pictures, marks, smallText, overlaps, clipped, tooWide, faint, colours, words };
})();
