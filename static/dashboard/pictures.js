/* Pictures of the charts, at the size of a slide, with what they say inside: title, subtitle,
   legend, events, source. They are made here, in the browser: nothing is fetched, nothing is sent. */
(function () {
  "use strict";

  const WIDTH = 960;
  const HEIGHT = 540;
  const SCALE = 4; // a picture of 3,840 by 2,160 points, sharp on any screen
  const MARGIN = 28;
  const INNER = WIDTH - 2 * MARGIN;
  const INK = "#161616";
  const MENTION = "#666666";
  const FOOT = 0.3; // the words under the drawing take no more of the height
  const NAMESPACE = "http://www.w3.org/2000/svg";
  const STYLES = [
    "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-weight",
    "text-anchor",
  ];
  const ruler = document.createElement("canvas").getContext("2d");

  /* --- Words --- */

  function family() {
    return getComputedStyle(document.body).fontFamily.replaceAll('"', "'");
  }

  function escaped(text) {
    return text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;");
  }

  function read(element) {
    return element ? element.textContent.replace(/[ \n\t]+/g, " ").trim() : "";
  }

  function measured(text, size, weight) {
    ruler.font = weight + " " + size + "px " + family();
    return ruler.measureText(text).width;
  }

  /* The lines of a text in a width; no-break spaces hold words together. */
  function wrapped(text, size, weight, width) {
    const lines = [];
    let line = "";
    text.split(" ").forEach(function (word) {
      const longer = line ? line + " " + word : word;
      if (line && measured(longer, size, weight) > width) {
        lines.push(line);
        line = word;
      } else {
        line = longer;
      }
    });
    return line ? [...lines, line] : lines;
  }

  function written(lines, x, y, style) {
    return lines
      .map(function (line, index) {
        const foot = y + style.size + index * style.leading;
        return (
          `<text x="${x}" y="${foot}" font-size="${style.size}" font-weight="${style.weight}"` +
          ` fill="${style.color}">${escaped(line)}</text>`
        );
      })
      .join("");
  }

  const TITLE = { size: 20, leading: 26, weight: 700, color: INK };
  const SUBTITLE = { size: 13, leading: 18, weight: 400, color: INK };
  const LEGEND = { size: 12, leading: 20, weight: 400, color: INK };

  function titles(section) {
    const heading = read(section.querySelector(".mes-chart__heading"));
    const message = read(section.querySelector(".mes-chart__message"));
    const subtitle = read(section.querySelector(".mes-chart__subtitle"));
    // The message of a map says from what to what, its heading of which rate.
    const whole = section.querySelector(".mes-map") ? heading + ". " + message : message;
    return { heading: heading, title: message ? whole : heading, subtitle: subtitle };
  }

  /* "(1) avril 2025 : …", "atteinte, 15,0 % à partir de…": what stands first is a label. */
  function landmark(item) {
    const label = item.firstElementChild;
    const rest = read(item).slice(read(label).length).trim();
    return label.matches(".mes-landmarks__number")
      ? "(" + read(label) + ") " + rest
      : read(label) + ", " + rest;
  }

  /* Events and targets, notes, then the source, which always stays. */
  function footers(section) {
    const landmarks = [...section.querySelectorAll(".mes-landmarks")].map(function (block) {
      const items = [...block.querySelectorAll("li")].map(landmark).join(" · ");
      return read(block.querySelector(".mes-landmarks__title")) + "\u202f: " + items;
    });
    const caption = section.querySelector("figcaption");
    const notes = caption
      ? [...caption.querySelectorAll("p")]
      : [...section.querySelectorAll(":scope > .mes-chart__source")];
    return { landmarks: landmarks, notes: notes.map(read).filter(Boolean) };
  }

  function foot(section) {
    const said = footers(section);
    const source = said.notes.slice(-1);
    let notes = said.notes.slice(0, -1);
    for (;;) {
      for (const size of [11, 10, 9]) {
        const style = { size: size, leading: size + 4, weight: 400, color: MENTION };
        const lines = [...said.landmarks, ...notes, ...source].flatMap(function (text) {
          return wrapped(text, size, 400, INNER);
        });
        if (lines.length * style.leading <= FOOT * HEIGHT || (size === 9 && !notes.length)) {
          return { lines: lines, style: style, height: lines.length * style.leading };
        }
      }
      notes = notes.slice(0, -1);
    }
  }

  /* --- Drawings --- */

  /* A copy of a drawing that says by itself how it looks: no class, no link, no style sheet. */
  function standalone(element, scale) {
    const link = element.tagName === "a";
    const copy = document.createElementNS(NAMESPACE, link ? "g" : element.tagName);
    for (const attribute of element.attributes) {
      if (!/^(class|href|focusable|role|aria-.*)$/.test(attribute.name)) {
        copy.setAttribute(attribute.name, attribute.value);
      }
    }
    if (element instanceof SVGGraphicsElement && element.tagName !== "svg" && !link) {
      const style = getComputedStyle(element);
      STYLES.forEach(function (name) {
        copy.setAttribute(name, style.getPropertyValue(name));
      });
      if (style.vectorEffect === "non-scaling-stroke") {
        copy.setAttribute("stroke-width", String(parseFloat(style.strokeWidth) / scale));
      }
      if (style.dominantBaseline === "central") {
        copy.setAttribute("dy", "0.35em"); // which every program understands
      }
    }
    for (const child of element.childNodes) {
      copy.append(child instanceof Element ? standalone(child, scale) : child.cloneNode());
    }
    return copy;
  }

  function placed(svg, x, y, width, height) {
    const view = svg.hasAttribute("viewBox")
      ? svg.getAttribute("viewBox")
      : "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height");
    const [, , across, down] = view.split(" ").map(Number);
    const copy = standalone(svg, Math.min(width / across, height / down));
    const place = { x: x, y: y, width: width, height: height, viewBox: view };
    Object.entries(place).forEach(function (pair) {
      copy.setAttribute(pair[0], String(pair[1]));
    });
    return new XMLSerializer().serializeToString(copy);
  }

  function legend(section, top) {
    const items = section.querySelectorAll(".mes-legend li, .mes-map__legend li");
    let x = MARGIN;
    let y = top;
    const parts = [...items].map(function (item) {
      const text = read(item);
      const width = 28 + measured(text, LEGEND.size, 400) + 20;
      if (x > MARGIN && x + width > WIDTH - MARGIN) {
        x = MARGIN;
        y += LEGEND.leading;
      }
      const mark = placed(item.querySelector("svg"), x, y + 2, 24, 12);
      const part = mark + written([text], x + 30, y, LEGEND);
      x += width;
      return part;
    });
    return { markup: parts.join(""), bottom: items.length ? y + LEGEND.leading + 6 : top };
  }

  function plotted(target, box) {
    const figure = JSON.parse(document.getElementById(target.dataset.figure).textContent);
    const layout = { ...figure.layout, width: box.width, height: box.height };
    if (target.matches(".mes-plot--bars")) {
      // There is room for each label on one line.
      figure.data.forEach(function (trace) {
        trace.y = trace.y.map(function (label) {
          return label.replace("<br>", " – ").replaceAll("<br>", " ");
        });
      });
    }
    layout.font = { ...layout.font, family: family() };
    const asked = { format: "svg", width: box.width, height: box.height };
    return window.Plotly.toImage({ ...figure, layout: layout }, asked).then(function (address) {
      const svg = decodeURIComponent(address.slice(address.indexOf(",") + 1));
      return svg.replace(/^[^]*?<svg/, `<svg x="${box.x}" y="${box.y}"`);
    });
  }

  /* Départements side by side: as many columns as leaves the panels widest. */
  function panels(section, box) {
    const found = [...section.querySelectorAll(".mes-multiples__panel")];
    const columns = Math.max(3, Math.ceil(Math.sqrt(found.length * 1.6)));
    const rows = Math.ceil(found.length / columns);
    const width = box.width / columns - 16;
    const height = box.height / rows;
    const name = { size: 12, leading: 15, weight: 700, color: INK };
    const value = { size: 10, leading: 13, weight: 400, color: MENTION };
    return found
      .map(function (panel, index) {
        const x = box.x + (index % columns) * (width + 16);
        const y = box.y + Math.floor(index / columns) * height;
        const said = wrapped(read(panel.querySelector(".mes-multiples__value")), 10, 400, width);
        const svg = panel.querySelector("svg");
        return (
          written([read(panel.querySelector(".mes-multiples__name"))], x, y, name) +
          written(said.slice(0, 2), x, y + 17, value) +
          placed(svg, x, y + 46, width, Math.max(20, height - 58))
        );
      })
      .join("");
  }

  /* The map, and beside it the names of what it shows. */
  function mapped(section, map, box) {
    const width = 640;
    const style = { size: 12, leading: 18, weight: 400, color: INK };
    const ranked = [...section.querySelectorAll(".mes-map__ranking li")].map(function (item) {
      const name = item.querySelector(".mes-map__name");
      return read(name) + "\u202f: " + read(item.querySelector("strong"));
    });
    return (
      placed(map, box.x, box.y, width, box.height) +
      written(ranked, box.x + width + 24, box.y + 12, style)
    );
  }

  function drawing(section, box) {
    const target = section.querySelector("[data-figure]");
    if (target) {
      return plotted(target, box);
    }
    const map = section.querySelector(".mes-map__drawing");
    return Promise.resolve(map ? mapped(section, map, box) : panels(section, box));
  }

  /* --- The picture --- */

  function picture(section) {
    const said = titles(section);
    const title = wrapped(said.title, TITLE.size, TITLE.weight, INNER);
    const subtitle = wrapped(said.subtitle, SUBTITLE.size, SUBTITLE.weight, INNER);
    const under = MARGIN - 8 + title.length * TITLE.leading;
    const top = under + subtitle.length * SUBTITLE.leading + 10;
    const key = legend(section, top);
    const end = foot(section);
    const floor = HEIGHT - 14 - end.height;
    const box = { x: MARGIN, y: key.bottom, width: INNER, height: floor - key.bottom - 6 };
    return drawing(section, box).then(function (markup) {
      return (
        `<svg xmlns="${NAMESPACE}" width="${WIDTH}" height="${HEIGHT}"` +
        ` viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="${escaped(family())}">` +
        `<title>${escaped(said.heading + "\u202f: " + said.title)}</title>` +
        `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>` +
        written(title, MARGIN, MARGIN - 8, TITLE) +
        written(subtitle, MARGIN, under, SUBTITLE) +
        key.markup +
        markup +
        written(end.lines, MARGIN, floor, end.style) +
        "</svg>"
      );
    });
  }

  function vector(markup) {
    return Promise.resolve(new Blob([markup], { type: "image/svg+xml" }));
  }

  function points(markup) {
    const large = markup.replace(
      `width="${WIDTH}" height="${HEIGHT}"`,
      `width="${WIDTH * SCALE}" height="${HEIGHT * SCALE}"`,
    );
    const address = URL.createObjectURL(new Blob([large], { type: "image/svg+xml" }));
    const image = new Image();
    image.src = address;
    return image
      .decode()
      .then(function () {
        const canvas = document.createElement("canvas");
        canvas.width = WIDTH * SCALE;
        canvas.height = HEIGHT * SCALE;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        return new Promise(function (resolve) {
          canvas.toBlob(resolve, "image/png");
        });
      })
      .finally(function () {
        URL.revokeObjectURL(address);
      });
  }

  /* --- On the page --- */

  function kept(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    window.setTimeout(function () {
      URL.revokeObjectURL(link.href);
    }, 60000);
  }

  function nameOf(section, extension) {
    const selection = document.querySelector("[data-pictures]");
    return section.id + (selection ? "_" + selection.dataset.pictures : "") + "." + extension;
  }

  function button(section, label, extension, made) {
    const added = document.createElement("button");
    added.type = "button";
    added.className = "fr-btn fr-btn--sm fr-btn--tertiary";
    const hidden = document.createElement("span");
    hidden.className = "fr-sr-only";
    hidden.textContent = " – " + titles(section).heading;
    added.append(label, hidden);
    added.addEventListener("click", function () {
      added.disabled = true;
      picture(section)
        .then(made)
        .then(function (blob) {
          kept(blob, nameOf(section, extension));
        })
        .catch(function () {
          told(section);
        })
        .finally(function () {
          added.disabled = false;
          added.focus();
        });
    });
    return added;
  }

  function told(section) {
    const problem = document.createElement("p");
    problem.className = "fr-error-text";
    problem.setAttribute("role", "alert");
    problem.textContent =
      "L’image n’a pas pu être faite par ce navigateur. Essayez l’autre format, ou imprimez la page.";
    section.querySelector(".mes-takeaway").after(problem);
  }

  function takeaway(section) {
    const found = section.querySelector(".mes-takeaway");
    if (found) {
      return found;
    }
    const added = document.createElement("p");
    added.className = "mes-takeaway mes-no-print";
    section.append(added);
    return added;
  }

  function offer(section) {
    const chart = section.querySelector("[data-figure]");
    if (chart ? window.Plotly : section.querySelector(".mes-map__drawing, .mes-multiples__panel")) {
      takeaway(section).append(
        button(section, "Image PNG", "png", points),
        button(section, "Image SVG", "svg", vector),
      );
    }
  }

  document.querySelectorAll("section.mes-chart").forEach(offer);
})();
