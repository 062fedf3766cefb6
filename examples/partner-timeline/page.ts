import type { ActivityEvent } from "@activity-log/client";
import { formatName, formatTime, formatValue } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { TimelinePage } from "./timelines.ts";

/** Renders a page of a timeline. Texts of the log may be in any script, so `bdi` isolates each of them. */
export function renderTimeline(invoiceId: string, { page: { items, next }, readAt, isStale }: TimelinePage): Html {
  const title = `Invoice ${items[0]?.entity_ref ?? invoiceId}`;
  const notice = isStale ? `Updates are delayed: this is as of ${formatTime(readAt)}.` : "";
  const events =
    items.length === 0
      ? html`<p>No events yet.</p>`
      : html`<ol role="list">${items.map(renderEvent)}
      </ol>`;
  const older = next?.cursor === undefined ? "" : renderLink(new URLSearchParams({ cursor: next.cursor }));
  return renderPage(
    title,
    html`<p id="notice" role="status">${notice}</p>
      <div id="timeline">${events}${older}</div>`,
  );
}

function renderLink(query: URLSearchParams): Html {
  return html`<nav aria-label="Pages"><a rel="next" href="?${query.toString()}">Older events</a></nav>`;
}

function renderEvent({ text, action, actor, actor_user_id, changes, metadata, occurred_at }: ActivityEvent): Html {
  const fields = Object.entries(changes ?? {}).map(([field, change]) => {
    const show = (value: unknown) => html`<bdi>${formatValue(field, value, metadata.currency)}</bdi>`;
    const from =
      change.old === null
        ? ""
        : html`${show(change.old)} <span aria-hidden="true">→</span><span class="unseen">to</span> `;
    return html`<div><dt><bdi>${formatName(field)}</bdi></dt><dd>${from}${show(change.new)}</dd></div>`;
  });
  return html`
      <li>
        <time datetime="${occurred_at}">${formatTime(occurred_at)}</time>
        <p><strong><bdi>${text ?? formatName(action)}</bdi></strong> by <bdi>${actor?.name ?? actor_user_id ?? "the system"}</bdi></p>
        ${fields.length === 0 ? "" : html`<dl>${fields}</dl>`}
      </li>`;
}

/** Renders a page with a title, which is a text, and a body. */
export function renderPage(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/refresh.js"></script>
  </head>
  <body>
    <main>
      <h1><bdi>${title}</bdi></h1>
      ${body}
    </main>
  </body>
</html>
`;
}
