// Lets files be dropped anywhere in the frame of a file input, and says which ones were chosen.
// Without scripts, the input alone does the work, and the server says what it did not take.

const frame = document.querySelector("[data-mes-drop]");
const input = frame.querySelector("input[type=file]");
const chosen = frame.querySelector("[data-mes-chosen]");
const maxFiles = Number(frame.dataset.mesMaxFiles);
const maxMegabytes = Number(frame.dataset.mesMaxMegabytes);
const MEGABYTE = 1024 * 1024;

function size(bytes) {
  if (bytes < MEGABYTE) {
    return `${Math.max(1, Math.round(bytes / 1024))}\u202fKo`;
  }
  return `${(bytes / MEGABYTE).toLocaleString("fr-FR", { maximumFractionDigits: 1 })}\u202fMo`;
}

function paragraph(text, ...classes) {
  const made = document.createElement("p");
  made.classList.add(...classes);
  made.textContent = text;
  return made;
}

function list(files) {
  const made = document.createElement("ul");
  for (const file of files) {
    const item = document.createElement("li");
    const tooLarge = file.size > maxMegabytes * MEGABYTE;
    item.classList.add("mes-anywhere");
    item.textContent = `${file.name} (${size(file.size)})${tooLarge ? "\u202f: trop volumineux" : ""}`;
    made.append(item);
  }
  return made;
}

function tell() {
  const files = [...input.files];
  chosen.replaceChildren();
  if (files.length === 0) {
    return;
  }
  const count = files.length === 1 ? "1 fichier choisi" : `${files.length} fichiers choisis`;
  chosen.append(paragraph(`${count}\u202f:`, "fr-mt-2w", "fr-mb-1w"), list(files));
  if (files.length > maxFiles) {
    chosen.append(
      paragraph(`Déposez-en ${maxFiles} au plus à la fois.`, "fr-message", "fr-message--error"),
    );
  }
}

function holdsFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

// Missing the frame must not make the browser leave the page for the file.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => holdsFiles(event) && event.preventDefault());
}

frame.addEventListener("dragenter", (event) => {
  frame.classList.toggle("mes-drop--over", holdsFiles(event));
});
frame.addEventListener("dragleave", (event) => {
  if (!frame.contains(event.relatedTarget)) {
    frame.classList.remove("mes-drop--over");
  }
});
frame.addEventListener("drop", (event) => {
  frame.classList.remove("mes-drop--over");
  if (holdsFiles(event) && event.dataTransfer.files.length > 0) {
    input.files = event.dataTransfer.files;
    tell();
  }
});
input.addEventListener("change", tell);

input.form.addEventListener("submit", () => {
  if (input.files.length > 0) {
    chosen.append(paragraph("Envoi en cours…", "fr-mt-1w"));
  }
});

frame.querySelector("[data-mes-invite]").hidden = false;
tell(); // a page that is shown again may have kept its files
