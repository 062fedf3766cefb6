// Shows new events on the first page without a reload. The page works without this script, too.
const intervalMs = 10_000;
const notice = document.querySelector("#notice");
const timeline = document.querySelector("#timeline");

async function refresh() {
  // The browser sends the ETag of the page; after a 304 it returns its own copy.
  const response = await fetch(location.href, { cache: "no-cache" });
  if (!response.ok) throw new Error(`The response was ${response.status}.`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const current = page.querySelector("#timeline");
  if (current.innerHTML === timeline.innerHTML) {
    notice.textContent = page.querySelector("#notice").textContent;
  } else {
    timeline.replaceChildren(...current.childNodes);
    notice.textContent = "New events were added.";
  }
}

if (timeline !== null && !location.search) {
  setInterval(() => {
    // Replacing a link that has the focus would take the keyboard user back to the top.
    if (document.hidden || timeline.contains(document.activeElement)) return;
    refresh().catch(() => {
      notice.textContent = "Updates are delayed.";
    });
  }, intervalMs);
}
