import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { List } from "#clients/client/http/page.ts";
import { sleep } from "#clients/console/api/sleep.ts";
import { downloadBlob } from "#clients/console/ui/download-blob.ts";
import { createFileSink, getFilePicker } from "./browser-file.ts";
import type { ExportFormat } from "./export-format.ts";
import { type ExportProgress, ExportRun, toBroken } from "./export-run.ts";
import { createBlobSink, type ExportSink } from "./export-sink.ts";

/** Runs one export at a time, for the page that hosts it. */
export class ExportController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #run: ExportRun | null = null;
  /** Of an export for which the file could not be opened. */
  #refused: ExportProgress | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get progress(): ExportProgress | null {
    return this.#refused ?? this.#run?.progress ?? null;
  }

  get isActive(): boolean {
    const kind = this.progress?.status.kind;
    return kind === "running" || kind === "waiting" || kind === "paused";
  }

  hostConnected(): void {
    window.addEventListener("beforeunload", this.#warn);
  }

  hostDisconnected(): void {
    window.removeEventListener("beforeunload", this.#warn);
    this.#run?.cancel();
  }

  /** Starts an export. The browser asks for the file first, where it can write to one. */
  async start(
    activity: List<ActivityEvent, ActivityParams>,
    params: ActivityParams,
    format: ExportFormat,
  ): Promise<void> {
    this.#refused = null;
    try {
      const sink = await openSink(format, `activity-${new Date().toISOString().slice(0, 10)}.${format.name}`);
      if (sink !== null) await this.#export(activity, params, format, sink);
    } catch (error) {
      this.#refused = toBroken(error);
      this.#host.requestUpdate();
    }
  }

  async #export(
    activity: List<ActivityEvent, ActivityParams>,
    params: ActivityParams,
    format: ExportFormat,
    sink: ExportSink,
  ): Promise<void> {
    this.#run?.cancel();
    this.#run = new ExportRun(params, format, {
      activity,
      sink,
      onProgress: () => this.#host.requestUpdate(),
      isOnline: () => navigator.onLine,
      now: Date.now,
      sleep,
    });
    await this.#run.run();
  }

  resume(): void {
    this.#run?.run();
  }

  cancel(): void {
    this.#run?.cancel();
  }

  /** Removes what is shown of an export that has ended. */
  dismiss(): void {
    this.#run = null;
    this.#refused = null;
    this.#host.requestUpdate();
  }

  /** Leaving the page ends the export: the browser asks first. */
  readonly #warn = (event: BeforeUnloadEvent): void => {
    if (this.isActive) event.preventDefault();
  };
}

/** Returns `null` if the reader chose no file. Throws what the browser throws if it may not write to the file. */
async function openSink({ mediaType }: ExportFormat, name: string): Promise<ExportSink | null> {
  const pick = getFilePicker();
  if (pick === null) return createBlobSink(mediaType, { download: (blob) => downloadBlob(blob, name) });
  try {
    return await createFileSink(await pick({ suggestedName: name }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}
