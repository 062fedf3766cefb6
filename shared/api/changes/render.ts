import { renderEvent } from "#shared/events/rendering/render-event.ts";
import type { Change, ChangePage } from "#shared/ledger/feed/change.ts";
import type { PageBudget } from "#shared/ledger/feed/fill-page.ts";
import { type ExportedEntry, formatEntryLine } from "#shared/ledger/pack/entry-line.ts";

/** Renders a change. `sealed_at` always has three fraction digits: the entry of the log commits to this text. */
export function renderChange({ sequence, sealed_at, activity, reason }: Change): string {
  const content = activity === null ? `null,"reason":"${reason}"` : renderEvent(activity);
  return `{"sequence":${sequence},"sealed_at":"${sealed_at}","activity":${content}}`;
}

/** Renders a page of changes after a sequence. */
export function renderChangePage(after: number, { changes, latest_sequence }: ChangePage): string {
  const last = changes.at(-1)?.sequence ?? after;
  const context =
    `{"after":${after},"returned":${changes.length},"latest_sequence":${latest_sequence},` +
    `"has_more_page":${last < latest_sequence}}`;
  const list = changes.map(renderChange).join(",");
  return `{"code":0,"message":"success","changes":[${list}],"page_context":${context}}`;
}

/** As `responseBudget`, for lines of an export. */
export const exportBudget: PageBudget<ExportedEntry> = {
  bytes: 5_000_000,
  of: (entry) => Buffer.byteLength(JSON.stringify(formatEntryLine(entry))),
};

/** Lambda returns up to 6 MB, measured as JSON text: escaped characters count twice. */
export const responseBudget: PageBudget<Change> = {
  bytes: 5_000_000,
  of: (change) => Buffer.byteLength(JSON.stringify(renderChange(change))),
};
