import { html, type PropertyValues, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import type { TimelineEntity } from "#clients/timeline/events/timeline-event.ts";
import { type ActivityKey, toActivityKey } from "./activity-keys.ts";
import { activityStyles } from "./activity-styles.ts";
import { renderEventDrawer } from "./drawer/event-drawer-view.ts";
import { getFilePicker } from "./export/browser-file.ts";
import { ExportController } from "./export/export-controller.ts";
import type { ExportFormat } from "./export/export-format.ts";
import { renderExportDialog, renderExportProgress } from "./export/export-view.ts";
import { ActivityFeed, type FeedState } from "./feed/activity-feed.ts";
import {
  type ActivityFilters,
  formatActivityPath,
  hasSameFilters,
  parseFilters,
  toActivityParams,
  withFilters,
} from "./filters/activity-filters.ts";
import "./filters/filter-bar.ts";
import type { FilterBar } from "./filters/filter-bar.ts";
import { listFilterCommands } from "./filters/filter-commands.ts";
import { describeFilters } from "./filters/filter-labels.ts";
import { suggestValues } from "./filters/suggest-values.ts";
import type { TimeRange } from "./histogram/buckets.ts";
import "./histogram/event-histogram.ts";
import { HistogramCache } from "./histogram/histogram-cache.ts";
import "./list/event-list.ts";
import { renderKeyHelp } from "./key-help-view.ts";
import type { EventList } from "./list/event-list.ts";
import { renderSummary } from "./summary-view.ts";

/** The page Activity: the events of the organisation, filtered, over time, and each in full. */
export class ActivityPage extends PageElement {
  #feed: ActivityFeed | null = null;
  #filters: ActivityFilters = {};
  readonly #histograms = new HistogramCache();
  readonly #export = new ExportController(this);
  #dialog: "keys" | "export" | null = null;
  #activeId: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(activityStyles);
    document.addEventListener("keydown", this.#keydown);
    document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#keydown);
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
    this.#feed?.close();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("query")) return;
    const filters = parseFilters(this.query);
    this.#activeId = this.query.get("open") ?? this.#activeId;
    if (this.#feed === null || !hasSameFilters(filters, this.#filters)) this.#startFeed(filters);
    this.context.setCommands((text) =>
      listFilterCommands(text, {
        filters,
        nowMs: Date.now(),
        apply: this.#filter,
        edit: (chip) => this.#filterBar?.edit(chip),
        exportEvents: () => this.#show("export"),
      }),
    );
  }

  protected override render(): TemplateResult {
    const state = this.#feed?.state;
    return html`<div class="activity">
      ${renderPageHead("Activity", { actions: this.#renderActions() })}
      <filter-bar
        .filters=${this.#filters}
        .suggest=${(name: keyof ActivityFilters) => suggestValues(name, this.#feed?.state.events ?? [])}
        @filter=${({ detail }: CustomEvent<ActivityFilters>) => this.#filter(detail)}
      ></filter-bar>
      ${this.#renderExport()} ${state === undefined ? "" : this.#renderFeed(state)}
    </div>
    ${this.#renderDialog()}`;
  }

  #renderActions(): TemplateResult {
    return html`<button type="button" class="button plain activity-keys" @click=${() => this.#show("keys")}>Keys</button>
      <button type="button" class="button" ?disabled=${this.#export.isActive} @click=${() => this.#show("export")}>
        ${renderIcon("download")}Export
      </button>`;
  }

  #renderDialog(): TemplateResult | "" {
    if (this.#dialog === "keys") return renderKeyHelp(() => this.#show(null));
    if (this.#dialog === null) return "";
    return renderExportDialog({
      filters: describeFilters(this.#filters),
      canStream: getFilePicker() !== null,
      start: (format) => this.#startExport(format),
      close: () => this.#show(null),
    });
  }

  #renderExport(): TemplateResult | "" {
    const { progress } = this.#export;
    if (progress === null) return "";
    return renderExportProgress(progress, {
      resume: () => this.#export.resume(),
      cancel: () => this.#export.cancel(),
      dismiss: () => this.#export.dismiss(),
    });
  }

  #startExport(format: ExportFormat): void {
    this.#show(null);
    this.#export.start(this.context.api.client.activity, toActivityParams(this.#filters), format);
  }

  #renderFeed(state: FeedState): TemplateResult {
    const { failure, isReady, events } = state;
    if (!isReady && failure !== null)
      return html`<div class="panel">${renderFailure(failure, () => this.#feed?.read())}</div>`;
    if (!isReady) return html`<div class="panel">${renderSkeleton(10)}</div>`;
    if (events.length === 0 && !state.hasMore) return html`<div class="panel">${this.#renderEmpty()}</div>`;
    return html`${this.#renderOverview(state)}
      <div class="panel">
        ${this.#renderArrivals(state)}
        <event-list
          .events=${events}
          .count=${events.length}
          .activeId=${this.#activeId}
          @open-event=${({ detail }: CustomEvent<string>) => this.#open(detail)}
          @near-end=${() => this.#readMore()}
        ></event-list>
      </div>
      ${this.#renderDrawer(state)}`;
  }

  #renderOverview(state: FeedState): TemplateResult {
    const histogram = this.#histograms.get(state, this.#filters, Date.now());
    return html`<section class="panel activity-overview" aria-label="Events over time">
      ${renderSummary(state, {
        retry: () => this.#feed?.read(),
        readAll: () => this.#feed?.readAll(),
        stop: () => this.#feed?.stopReadingAll(),
      })}
      <event-histogram
        .histogram=${histogram}
        @select-range=${({ detail }: CustomEvent<TimeRange>) => this.#selectRange(detail)}
      ></event-histogram>
    </section>`;
  }

  #renderArrivals({ newCount }: FeedState): TemplateResult {
    const text = newCount === 1 ? "1 new event" : `${newCount} new events`;
    return html`<div class="activity-new" role="status">
      ${newCount === 0 ? "" : html`<button type="button" class="button primary" @click=${this.#showNew}>${renderIcon("up")}${text}</button>`}
    </div>`;
  }

  #renderEmpty(): TemplateResult {
    if (Object.keys(this.#filters).length === 0) {
      return renderNotice({
        icon: "inbox",
        title: "No activity yet",
        hint: "Events appear here as soon as a service logs them.",
      });
    }
    const action = html`<button type="button" class="button" @click=${() => this.#filter({})}>Clear filters</button>`;
    return renderNotice({ icon: "filter", title: "No events match these filters", action });
  }

  #renderDrawer({ events }: FeedState): TemplateResult | "" {
    const openId = this.query.get("open");
    const index = openId === null ? -1 : events.findIndex(({ id }) => id === openId);
    const event = events[index];
    if (event === undefined) return "";
    const { href } = this.context;
    return renderEventDrawer({
      event,
      hasPrevious: index > 0,
      hasNext: index < events.length - 1,
      documentHref: ({ type, id }: TimelineEntity) =>
        href(`/documents/${encodeURIComponent(type)}/${encodeURIComponent(id)}`),
      filterHref: (name, value) => href(formatActivityPath(withFilters(this.#filters, { [name]: value }), null)),
      move: (step) => this.#move(step),
      close: () => this.#close(),
    });
  }

  get #filterBar(): FilterBar | null {
    return this.querySelector<FilterBar>("filter-bar");
  }

  get #list(): EventList | null {
    return this.querySelector<EventList>("event-list");
  }

  #startFeed(filters: ActivityFilters): void {
    this.#feed?.close();
    this.#filters = filters;
    this.#feed = new ActivityFeed(toActivityParams(filters), {
      activity: this.context.api.client.activity,
      onChange: () => this.requestUpdate(),
      isOnline: () => navigator.onLine,
      random: Math.random,
      setTimer(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#feed.read();
    this.#feed.poll(document.visibilityState !== "hidden");
  }

  readonly #filter = (filters: ActivityFilters): void => {
    this.#activeId = null;
    this.context.navigate(formatActivityPath(filters, null));
  };

  #selectRange({ fromMs, toMs }: TimeRange): void {
    const range = { since: new Date(fromMs).toISOString(), until: new Date(toMs).toISOString() };
    this.#filter(withFilters(this.#filters, range));
  }

  #readMore(): void {
    const state = this.#feed?.state;
    if (state?.hasMore && !state.isReading && state.failure === null) this.#feed?.readMore();
  }

  readonly #showNew = (): void => {
    this.#feed?.showNew();
    this.#list?.focusList();
  };

  #open(id: string): void {
    this.#activeId = id;
    this.context.navigate(formatActivityPath(this.#filters, id), { replace: this.query.has("open") });
    this.requestUpdate();
  }

  #close(): void {
    this.context.navigate(formatActivityPath(this.#filters, null), { replace: true });
    this.#list?.focusList();
  }

  #move(step: number): void {
    const id = this.#list?.move(step) ?? null;
    if (id === null) return;
    this.#activeId = id;
    if (this.query.has("open")) this.#open(id);
    else this.#list?.focusList();
    this.requestUpdate();
  }

  #show(dialog: "keys" | "export" | null): void {
    this.#dialog = dialog;
    this.requestUpdate();
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    const key = toActivityKey(event);
    if (key !== null && this.#run(key)) event.preventDefault();
  };

  /** Returns whether the key had something to do. */
  #run(key: ActivityKey): boolean {
    switch (key) {
      case "next":
      case "previous":
        this.#move(key === "next" ? 1 : -1);
        return true;
      case "open":
        if (this.#activeId !== null) this.#openWithFocus(this.#activeId);
        return this.#activeId !== null;
      case "close":
        if (this.query.has("open")) this.#close();
        return true;
      case "filter":
        this.querySelector<HTMLElement>(".filters .chip")?.focus();
        return true;
      case "help":
        this.#show("keys");
        return true;
    }
  }

  async #openWithFocus(id: string): Promise<void> {
    this.#open(id);
    await this.updateComplete;
    requestAnimationFrame(() => this.querySelector<HTMLElement>("#event-title")?.focus());
  }

  readonly #visibilityChanged = (): void => {
    this.#feed?.poll(document.visibilityState !== "hidden");
  };
}

customElements.define("console-activity-page", ActivityPage);
