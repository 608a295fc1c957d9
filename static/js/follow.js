// Follows a file that is being read or published: while the page holds [data-mes-follow] (a number
// of seconds), it is fetched again, and its content replaced when it has changed. Without scripts,
// the page has a link that does the same.

const shown = document.getElementById("fichier");

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
  const fresh = new DOMParser()
    .parseFromString(await response.text(), "text/html")
    .getElementById("fichier");
  if (fresh.textContent !== shown.textContent) {
    shown.replaceChildren(...fresh.childNodes);
  }
}

function follow() {
  const mark = shown.querySelector("[data-mes-follow]");
  if (mark) {
    window.setTimeout(() => refresh().finally(follow), Number(mark.dataset.mesFollow) * 1000);
  }
}

follow();
