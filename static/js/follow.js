// Follows a file that is being read or published: while the page holds [data-mes-follow] (a number
// of seconds), it is fetched again, and its content replaced when it has changed. Without scripts,
// the page has a link that does the same.

const shown = document.getElementById("fichier");
const announced = document.getElementById("annonce");
const versions = document.querySelector(".fr-footer__bottom-copy");

async function refresh() {
  let response;
  try {
    response = await fetch(window.location.href, { cache: "no-store" });
  } catch {
    return; // the network went away: the next round tries again
  }
  if (response.redirected || !response.ok) {
    window.location.reload(); // the session has ended: show what the server has to say
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("fichier");
  if (fresh.textContent !== shown.textContent) {
    const focused = shown.contains(document.activeElement) && document.activeElement.id;
    shown.replaceChildren(...fresh.childNodes);
    if (focused) {
      document.getElementById(focused)?.focus();
    }
    announce();
  }
  // What was published changed the version of the data, which the footer names.
  const freshVersions = page.querySelector(".fr-footer__bottom-copy");
  if (versions && freshVersions && versions.textContent !== freshVersions.textContent) {
    versions.replaceChildren(...freshVersions.childNodes);
  }
}

// Screen readers hear the step, or the state reached, when it changes: not the passing seconds.
function announce() {
  const mark = shown.querySelector("[data-mes-say]");
  const said = mark ? mark.dataset.mesSay : shown.querySelector(".fr-badge").textContent.trim();
  if (announced.textContent !== said) {
    announced.textContent = said;
  }
}

function follow() {
  const mark = shown.querySelector("[data-mes-follow]");
  if (mark) {
    window.setTimeout(() => refresh().finally(follow), Number(mark.dataset.mesFollow) * 1000);
  }
}

follow();
