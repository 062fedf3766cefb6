import { html, type PropertyValues, type TemplateResult } from "lit";
import { toDocumentPath } from "#clients/console/document/document-path.ts";
import { PageElement } from "#clients/console/page/page-element.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderFailure, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import type { TimelineEntity } from "#clients/timeline/events/timeline-event.ts";
import { type ActivityKey, toActivityKey } from "./activity-keys.ts";
import { activityStyles } from "./activity-styles.ts";
import { drawerStyles } from "./drawer/drawer-styles.ts";
import { renderEventDrawer } from "./drawer/event-drawer-view.ts";
import { getFilePicker } from "./export/browser-file.ts";
import { ExportController } from "./export/export-controller.ts";
import type { ExportFormat } from "./export/export-format.ts";
import { renderExportDialog, renderExportProgress } from "./export/export-view.ts";
import type { FeedState } from "./feed/activity-feed.ts";
import { FeedController } from "./feed/feed-controller.ts";
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
import { HistogramCache } from "./histogram/histogram-cache.ts";
import "./list/event-list.ts";
import { renderKeyHelp } from "./key-help-view.ts";
import type { EventList } from "./list/event-list.ts";
import { renderArrivals, renderEmpty, renderOverview, renderUnread } from "./overview-view.ts";

/** The page Activity: the events of the organisation, filtered, over time, and each in full. */
export class ActivityPage extends PageElement {
  readonly #feed = new FeedController(this);
  #filters: ActivityFilters = {};
  readonly #histograms = new HistogramCache();
  readonly #export = new ExportController(this);
  #dialog: "keys" | "export" | null = null;
  #activeId: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(activityStyles, drawerStyles);
    document.addEventListener("keydown", this.#keydown);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#keydown);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("query")) return;
    const filters = parseFilters(this.query);
    this.#activeId = this.query.get("open") ?? this.#activeId;
    if (this.#feed.state === null || !hasSameFilters(filters, this.#filters)) this.#startFeed(filters);
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
    const { state } = this.#feed;
    return html`<div class="activity">
      ${renderPageHead("Activity", { actions: this.#renderActions() })}
      <filter-bar
        .filters=${this.#filters}
        .suggest=${(name: keyof ActivityFilters) => suggestValues(name, state?.events ?? [])}
        @filter=${({ detail }: CustomEvent<ActivityFilters>) => this.#filter(detail)}
      ></filter-bar>
      ${this.#renderExport()} ${state === null ? "" : this.#renderFeed(state)}
    </div>
    ${this.#renderDialog()}`;
  }

  #renderActions(): TemplateResult {
    return html`<button type="button" class="button plain activity-keys" @click=${() => this.#show("keys")}>Shortcuts</button>
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
    const { failure, isReady, events, hasMore } = state;
    const inPanel = (content: TemplateResult) => html`<div class="panel">${content}</div>`;
    if (!isReady && failure !== null) return inPanel(renderFailure(failure, () => this.#feed.retry()));
    if (!isReady) return inPanel(renderSkeleton(10));
    const isFiltered = Object.keys(this.#filters).length > 0;
    if (events.length === 0 && !hasMore) return inPanel(renderEmpty(isFiltered ? () => this.#filter({}) : null));
    return html`${this.#renderOverview(state)}
      <div class="panel">
        ${renderArrivals(state, this.#showNew)}
        <event-list
          .events=${events}
          .count=${events.length}
          .activeId=${this.#activeId}
          @open-event=${({ detail }: CustomEvent<string>) => this.#open(detail)}
          @near-end=${() => this.#feed.readMore()}
        ></event-list>
      </div>
      ${this.#renderDrawer(state)}`;
  }

  #renderOverview(state: FeedState): TemplateResult {
    const openId = this.query.get("open");
    const isUnread = openId !== null && !state.isReading && !state.events.some(({ id }) => id === openId);
    const overview = renderOverview(state, this.#histograms.get(state, this.#filters, Date.now()), {
      retry: () => this.#feed.retry(),
      readAll: () => this.#feed.readAll(),
      stop: () => this.#feed.stop(),
      selectRange: (range) => this.#selectRange(range),
    });
    return html`${isUnread ? renderUnread(() => this.#close()) : ""} ${overview}`;
  }

  #renderDrawer({ events }: FeedState): TemplateResult | "" {
    const openId = this.query.get("open");
    const index = openId === null ? -1 : events.findIndex(({ id }) => id === openId);
    const event = events[index];
    if (event === undefined) return "";
    const { href } = this.context;
    return renderEventDrawer({
      context: this.context,
      event,
      hasPrevious: index > 0,
      hasNext: index < events.length - 1,
      documentHref: ({ type, id }: TimelineEntity) => {
        const path = toDocumentPath(type, id);
        return path === null ? null : href(path);
      },
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
    this.#filters = filters;
    this.#feed.start(this.context.api.client.activity, toActivityParams(filters));
  }

  readonly #filter = (filters: ActivityFilters): void => {
    this.#activeId = null;
    this.context.navigate(formatActivityPath(filters, null));
  };

  #selectRange({ fromMs, toMs }: TimeRange): void {
    const range = { since: new Date(fromMs).toISOString(), until: new Date(toMs).toISOString() };
    this.#filter(withFilters(this.#filters, range));
  }

  readonly #showNew = (): void => {
    this.#feed.showNew();
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
}

customElements.define("console-activity-page", ActivityPage);
