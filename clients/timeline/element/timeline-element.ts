import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { createEventSource, type EventQuery, type FetchPage } from "#clients/timeline/events/event-source.ts";
import type { ProvedEvent, TimelineActor, TimelineEntity } from "#clients/timeline/events/timeline-event.ts";
import { toSafeUrl } from "#clients/timeline/format/safe-url.ts";
import { createTimeFormat } from "#clients/timeline/format/times.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { initialState, type TimelineState } from "#clients/timeline/store/timeline-state.ts";
import { TimelineStore } from "#clients/timeline/store/timeline-store.ts";
import { CopyController } from "./copy-controller.ts";
import { noFilters, renderFilters, type TimelineFilters } from "./filters-view.ts";
import { MessagesController } from "./messages-controller.ts";
import { PageStateController } from "./page-state-controller.ts";
import { PeopleIndex } from "./people-index.ts";
import { eventStyles } from "./styles/events.ts";
import { fieldStyles } from "./styles/fields.ts";
import { stateStyles } from "./styles/states.ts";
import { theme } from "./styles/theme.ts";
import { renderLoading, renderTimeline, toAnnouncement } from "./timeline-view.ts";
import { Tooltip } from "./tooltip.ts";
import { VerificationController } from "./verification-controller.ts";
import type { ViewContext } from "./view-context.ts";

/** Properties whose change begins another timeline. */
const sourceProperties = ["api", "org", "entityType", "entityId", "userId"] as const;

/** Properties that views use: their change renders all events again. */
const viewProperties = ["locale", "messages", "timeZone", "documentUrl", "avatarUrl"] as const;

/** The element `<activity-timeline>`. Its public properties are documented in `ActivityTimelineElement`. */
export class TimelineElement extends LitElement {
  static override readonly styles = [theme, eventStyles, fieldStyles, stateStyles];

  static override readonly properties: PropertyDeclarations = {
    api: {},
    org: {},
    entityType: { attribute: "entity-type" },
    entityId: { attribute: "entity-id" },
    userId: { attribute: "user-id" },
    locale: {},
    timeZone: { attribute: "time-zone" },
    // No attribute: it would be in the HTML of the page.
    token: { attribute: false },
    getToken: { attribute: false },
    documentUrl: { attribute: false },
    avatarUrl: { attribute: false },
    proofOf: { attribute: false },
    verificationKey: { attribute: "verification-key" },
    messages: { attribute: false },
    state: { state: true },
    filters: { state: true },
    expanded: { state: true },
  };

  declare api: string | undefined;
  declare org: string | undefined;
  declare entityType: string | undefined;
  declare entityId: string | undefined;
  declare userId: string | undefined;
  declare locale: string | undefined;
  declare timeZone: string | undefined;
  declare token: string | undefined;
  declare getToken: (() => Promise<string>) | undefined;
  declare documentUrl: ((entity: TimelineEntity) => string | null) | undefined;
  declare avatarUrl: ((actor: TimelineActor) => string | null) | undefined;
  declare proofOf: ((event: ProvedEvent) => Promise<string | null>) | undefined;
  declare verificationKey: string | undefined;
  declare messages: Partial<Messages> | undefined;
  private declare state: TimelineState;
  private declare filters: TimelineFilters;
  private declare expanded: ReadonlySet<string>;

  readonly #store: TimelineStore;
  readonly #messages = new MessagesController(this);
  readonly #clipboard = new CopyController(this);
  readonly #verification = new VerificationController(this);
  #people = new PeopleIndex();
  readonly #observer: IntersectionObserver;
  #tooltip: Tooltip | null = null;
  #renewedToken: string | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #revision = 0;

  constructor() {
    super();
    this.state = initialState;
    this.filters = noFilters;
    this.expanded = new Set();
    this.#store = new TimelineStore({
      fetchPage: (query, options) => this.#fetchPage(query, options),
      renewToken: () => this.#renewToken(),
      onChange: (state) => {
        this.state = state;
      },
      now: Date.now,
      random: Math.random,
      setTimer(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    });
    new PageStateController(this, this.#store);
    this.#observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) this.#store.loadMore();
      },
      { rootMargin: "600px" },
    );
    this.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#tooltip?.hide();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#store.stop();
    this.#observer.disconnect();
    clearInterval(this.#clock);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (viewProperties.some((name) => changed.has(name))) this.#revision++;
    if (changed.has("token")) this.#renewedToken = null;
    if (changed.has("verificationKey")) this.#verification.forget();
    if (this.hasUpdated && sourceProperties.some((name) => changed.has(name))) this.#forget();
    this.#people.add(this.state.events);
  }

  protected override firstUpdated(): void {
    this.#tooltip = new Tooltip(this.renderRoot as ShadowRoot);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("filters") || sourceProperties.some((name) => changed.has(name))) {
      this.#load();
    } else if (this.state.status.kind === "token_expired") {
      if (changed.has("token")) this.#store.retryWithNewToken();
      // In a plain page, the element may have asked before the host has set its function.
      else if (this.getToken && changed.has("getToken") && !changed.get("getToken")) this.#store.retry();
    }
    if (changed.has("state")) this.#follow();
  }

  protected override render(): TemplateResult {
    const words = this.#messages.messages;
    return html`${words === null ? renderLoading() : this.#renderTimeline({ ...words, ...this.messages })}
      <div part="tooltip" class="tip" popover="manual" aria-hidden="true"></div>`;
  }

  #renderTimeline(messages: Messages): TemplateResult {
    const context = this.#createContext(messages);
    const onChange = (filters: TimelineFilters) => {
      this.filters = filters;
    };
    const actions = {
      loadMore: () => this.#store.loadMore(),
      retry: () => this.#store.retry(),
      showNewEvents: () => this.#showNewEvents(),
      clearFilters: this.filters === noFilters ? null : () => onChange(noFilters),
      revision: this.#revision,
    };
    const people = this.userId ? null : this.#people.names;
    const filters = { messages, filters: this.filters, people, hasTypes: !this.entityId, onChange };
    const isBusy = this.state.status.kind.startsWith("loading");
    return html`<div part="timeline" role="region" aria-label=${messages.timeline} aria-busy=${isBusy}>
      ${renderFilters(filters)} ${renderTimeline(this.state, context, actions)}
      <div class="unseen" role="status">${toAnnouncement(this.state, messages)}</div>
    </div>`;
  }

  #createContext(messages: Messages): ViewContext {
    const timeZone = this.timeZone || undefined;
    return {
      messages,
      timeZone,
      times: createTimeFormat(messages.language, timeZone),
      nowMs: Date.now(),
      documentUrl: (entity) => toSafeUrl(this.documentUrl?.(entity), this.baseURI),
      avatarUrl: (actor) => toSafeUrl(this.avatarUrl?.(actor), this.baseURI),
      onDocumentClick: (event, entity) => {
        if (!this.#notify("document-click", entity)) event.preventDefault();
      },
      isExpanded: (id) => this.expanded.has(id),
      toggle: (id) => {
        const expanded = new Set(this.expanded);
        if (!expanded.delete(id)) expanded.add(id);
        this.expanded = expanded;
      },
      copied: this.#clipboard.copied,
      copy: (value) => this.#clipboard.copy(value),
      verificationOf: (event) => this.#verification.statusOf(event),
      verify: (event) => this.#verification.verify(event),
    };
  }

  /** Forgets what belongs to the former timeline: its readers may be others. */
  #forget(): void {
    this.state = initialState;
    this.filters = noFilters;
    this.expanded = new Set();
    this.#verification.forget();
    this.#people = new PeopleIndex();
  }

  #load(): void {
    if (this.api) this.#store.load(this.#createQuery());
    else this.#store.stop();
  }

  #createQuery(): EventQuery {
    const { type, person, days } = this.filters;
    const query = {
      entity_type: this.entityType || type,
      entity_id: this.entityId,
      actor_user_id: this.userId || person,
      since: days === "" ? "" : new Date(Date.now() - Number(days) * 86_400_000).toISOString(),
    };
    return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
  }

  async #fetchPage(...[query, options]: Parameters<FetchPage>): ReturnType<FetchPage> {
    const token = this.#renewedToken ?? this.token;
    if (!token) throw new ActivityLogError("unauthenticated", "The timeline has no token.");
    const source = { baseUrl: this.api ?? "", token, org: this.org || undefined };
    const ports = { fetch: globalThis.fetch.bind(globalThis), now: () => new Date() };
    return createEventSource(source, ports)(query, options);
  }

  /** Returns whether there is another token: by `getToken`, or because a listener of the event has set one. */
  async #renewToken(): Promise<boolean> {
    const refused = this.token;
    this.#notify("token-expired", null);
    try {
      this.#renewedToken = (await this.getToken?.()) ?? null;
    } catch {
      return false;
    }
    return this.#renewedToken !== null || this.token !== refused;
  }

  /** Returns whether no listener has prevented the default action. */
  #notify(type: string, detail: unknown): boolean {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  /** Watches the end of the list, and lets times pass: each second while a countdown is shown. */
  #follow(): void {
    this.#observer.disconnect();
    const more = this.renderRoot.querySelector(".more");
    if (more !== null) this.#observer.observe(more);
    clearInterval(this.#clock);
    const ms = this.state.status.kind === "rate_limited" ? 1_000 : 30_000;
    this.#clock = setInterval(() => document.visibilityState === "hidden" || this.requestUpdate(), ms);
  }

  async #showNewEvents(): Promise<void> {
    this.#store.showNewEvents();
    await this.updateComplete;
    if (this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: "start" });
    this.renderRoot.querySelector<HTMLElement>(".day")?.focus({ preventScroll: true });
  }
}
