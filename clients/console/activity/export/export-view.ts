import { html, type TemplateResult } from "lit";
import { renderDialog } from "#clients/console/ui/dialog.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { formatFailure } from "#clients/console/ui/states.ts";
import { type ExportFormat, exportFormats } from "./export-format.ts";
import type { ExportProgress, ExportStatus } from "./export-run.ts";

const formatTexts: Readonly<Record<ExportFormat["name"], readonly [title: string, hint: string]>> = {
  csv: ["CSV", "One row for each event, for spreadsheets. Changes and metadata are JSON in their cells."],
  jsonl: ["JSON Lines", "One JSON object for each event, as the API returns it."],
};

export type ExportDialog = {
  /** The filters in words; empty for all events. */
  readonly filters: string;
  readonly canStream: boolean;
  start(format: ExportFormat): void;
  close(): void;
};

/** Renders the dialog in which an export is started. */
export function renderExportDialog({ filters, canStream, start, close }: ExportDialog): TemplateResult {
  const memory = canStream
    ? "The browser asks for a file and writes to it as the events arrive, however many there are."
    : "This browser cannot write to a file directly: it collects the events, in about as much memory as the file is long.";
  const body = html`<p>${filters === "" ? "All events of the organisation are exported." : html`Exported are events with <bdi>${filters}</bdi>.`}</p>
    <div class="export-formats">
      ${exportFormats.map((format) => {
        const [title, hint] = formatTexts[format.name];
        return html`<button type="button" class="export-format" @click=${() => start(format)}>
          <strong>${title}</strong><span class="muted">${hint}</span>
        </button>`;
      })}
    </div>
    <p class="muted small">${memory} Keep this page open until it is done.</p>`;
  return renderDialog({ title: "Export", body, onClose: close });
}

export type ExportActions = { resume(): void; cancel(): void; dismiss(): void };

const number = new Intl.NumberFormat(locale);
const time = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** Renders how far an export is, and what can be done about it. */
export function renderExportProgress(progress: ExportProgress, actions: ExportActions): TemplateResult {
  const { status, events, bytes, activeMs } = progress;
  const isActive = status.kind === "running" || status.kind === "waiting";
  const rate = activeMs > 0 ? `, ${number.format(Math.round((events / activeMs) * 1_000))} a second` : "";
  return html`<div class="bar export-progress">
    ${isActive ? html`<progress aria-label="Export"></progress>` : renderIcon(status.kind === "done" ? "check" : "warning")}
    <span class="export-status" role="status">${describeStatus(status)}</span>
    <span class="muted">${number.format(events)} events, ${decimal.format(bytes / 1e6)} MB${rate}</span>
    <span class="actions">${renderActions(status, actions)}</span>
  </div>`;
}

function renderActions({ kind }: ExportStatus, { resume, cancel, dismiss }: ExportActions): TemplateResult {
  const cancelButton = html`<button type="button" class="button" @click=${cancel}>Cancel</button>`;
  if (kind === "running" || kind === "waiting") return cancelButton;
  if (kind === "paused") {
    return html`<button type="button" class="button primary" @click=${resume}>Continue</button>${cancelButton}`;
  }
  return html`<button type="button" class="button" @click=${dismiss}>Close</button>`;
}

function describeStatus(status: ExportStatus): string {
  switch (status.kind) {
    case "running":
      return "Exporting…";
    case "waiting":
      return `${formatFailure(status.failure)} Continuing at ${time.format(status.retryAtMs)}.`;
    case "paused":
      return `The export has stopped. ${formatFailure(status.failure)}`;
    case "broken":
      return `The file could not be written: ${status.message}`;
    case "done":
      return "The export is complete.";
    case "cancelled":
      return "The export was cancelled. No file was written.";
  }
}
