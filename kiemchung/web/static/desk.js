// Keyboard shortcuts. Every page works whole without this file.
"use strict";

(() => {
  const button = document.getElementById("keys");
  const choices = () => document.querySelectorAll("#form input[name=choice]:not(:disabled)");
  const rows = () => [...document.querySelectorAll(".rows h2 a")];
  let on = true;
  try {
    on = localStorage.getItem("keys") !== "off";
  } catch {
    // A browser that keeps nothing has the shortcuts on.
  }

  function show() {
    button.parentElement.hidden = false;
    button.textContent = on ? button.dataset.on : button.dataset.off;
    button.setAttribute("aria-pressed", String(on));
    for (const key of document.querySelectorAll("kbd")) key.hidden = !on;
  }

  button.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem("keys", on ? "on" : "off");
    } catch {
      // Kept for this page only.
    }
    show();
  });

  function move(step) {
    const links = rows();
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
    links[Math.min(Math.max(to, 0), links.length - 1)].focus();
  }

  function choose(number) {
    for (const choice of choices()) {
      if (choice.parentElement.querySelector("kbd").textContent === number) {
        choice.checked = true;
        choice.focus();
      }
    }
  }

  function follow(id) {
    const link = document.getElementById(id);
    if (link) link.click();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    if (!on || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "s") follow("next");
    else if (event.key === "u") follow("up");
    else if (/^[1-8]$/.test(event.key)) choose(event.key);
    else return;
    event.preventDefault();
  });

  // Ctrl+Enter sends from the note, where Enter is a new line.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      document.getElementById("form")?.requestSubmit();
    }
  });

  show();
})();
