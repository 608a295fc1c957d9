/* Draws the figures that the server wrote as JSON in the page. Without this file, titles, tables
   and files remain. Nothing is fetched, nothing is sent. */
(function () {
  "use strict";

  const FRENCH = {
    moduleType: "locale",
    name: "fr",
    dictionary: {},
    format: {
      days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
      shortDays: ["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
      months: [
        "janvier", "février", "mars", "avril", "mai", "juin",
        "juillet", "août", "septembre", "octobre", "novembre", "décembre",
      ],
      shortMonths: [
        "janv.", "févr.", "mars", "avr.", "mai", "juin",
        "juil.", "août", "sept.", "oct.", "nov.", "déc.",
      ],
      date: "%d/%m/%Y",
      decimal: ",",
      thousands: "\u202f",
      grouping: [3],
    },
  };
  const NARROW_SCREEN = 480;

  function fitted(layout, width) {
    const font = { ...layout.font, family: getComputedStyle(document.body).fontFamily };
    if (width < NARROW_SCREEN) {
      font.size = 11;
    }
    return { ...layout, font: font };
  }

  function draw(target) {
    const figure = JSON.parse(document.getElementById(target.dataset.figure).textContent);
    window.Plotly.newPlot(
      target,
      figure.data,
      fitted(figure.layout, target.clientWidth),
      figure.config,
    ).then(function () {
      target.dataset.drawn = "true";
    });
    target.on("plotly_afterplot", function () {
      // On paper, narrower than the screen, the drawing shrinks with its box.
      target.querySelectorAll("svg.main-svg").forEach(function (svg) {
        svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
      });
    });
    // Drawn: the table need not stand for it any more.
    target.closest("section").querySelector("details.mes-data").open = false;
  }

  const waiting = window.Plotly ? [...document.querySelectorAll("[data-figure]")] : [];

  // One after the other, so that a page of many charts answers meanwhile. One that fails leaves
  // its table open, says so in the console, and keeps no other from being drawn.
  function drawNext() {
    if (waiting.length) {
      try {
        draw(waiting.shift());
      } finally {
        window.setTimeout(drawNext);
      }
    }
  }

  // All at once: what is not drawn when this ends is not on paper.
  function preparePrint() {
    try {
      while (waiting.length) {
        draw(waiting.shift());
      }
    } finally {
      if (waiting.length) {
        preparePrint();
      }
      document.querySelectorAll("details.mes-data").forEach(function (details) {
        details.open = true;
      });
    }
  }

  window.addEventListener("beforeprint", preparePrint);
  if (window.Plotly) {
    window.Plotly.register(FRENCH);
    drawNext();
  }
})();
