import type { PropertyDeclarations, PropertyValues, TemplateResult } from "lit";
import type { ReplayRange } from "#clients/client/finzbooks/replays.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { toFailure } from "#clients/console/api/api-failure.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { formatFailure, renderFailure, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { EndpointPage, type EndpointWithHealth } from "#clients/console/webhooks/endpoint/endpoint-page.ts";
import { replayStyles } from "#clients/console/webhooks/styles/replays.ts";
import { initialReplayForm, parseReplayForm, type ReplayForm, toReplayRange } from "./replay-form.ts";
import { renderReplayForm } from "./replay-form-view.ts";
import { renderReplayProgress } from "./replay-progress.ts";

/** What a dry run found, of the range that is replayed next. */
type CountedRange = { readonly range: ReplayRange; readonly count: Schemas["WebhookReplayCount"] };

const pollMs = 1_000;

/** The page Replay of an endpoint: counts, sends, and follows the replay that the parameter `replay` names. */
export class ReplayPage extends EndpointPage {
  static override readonly properties: PropertyDeclarations = {
    form: { state: true },
    counted: { state: true },
    error: { state: true },
    isBusy: { state: true },
  };

  protected override readonly tab = "/replay";
  private declare form: ReplayForm;
  private declare counted: CountedRange | null;
  private declare error: string | null;
  private declare isBusy: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #replay: RequestController<Schemas["WebhookReplay"]> = new RequestController(this, async (signal) => {
    const replay = await this.#replays.get(this.query.get("replay") ?? "", { signal });
    if (replay.status === "running") this.#timer = setTimeout(() => this.#replay.load(), pollMs);
    return replay;
  });

  constructor() {
    super();
    Object.assign(this, { form: initialReplayForm, counted: null, error: null, isBusy: false });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(replayStyles);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (!changed.has("query")) return;
    clearTimeout(this.#timer);
    if (this.query.has("replay")) this.#replay.load({ isFresh: true });
    else this.#setForm(parseReplayForm(this.query));
  }

  protected override renderTab({ status }: EndpointWithHealth): TemplateResult {
    if (this.query.has("replay")) return this.#renderReplay();
    return renderReplayForm({
      form: this.form,
      count: this.counted?.count ?? null,
      error: this.error,
      isBusy: this.isBusy,
      isDisabled: status === "disabled",
      setForm: (form) => this.#setForm(form),
      countEvents: () => this.#count(),
      start: () => this.#start(),
    });
  }

  #renderReplay(): TemplateResult {
    const { state } = this.#replay;
    switch (state.kind) {
      case "loading":
        return renderSkeleton(3);
      case "failed":
        return renderFailure(state.failure, () => this.#replay.load());
      case "ready":
        return renderReplayProgress(state.value, {
          total: toTotal(this.query.get("total")),
          deliveriesHref: this.context.href(`/webhooks/deliveries?endpoint=${this.endpointId}`),
          replayHref: this.context.href(`/webhooks/${this.endpointId}/replay`),
        });
    }
  }

  get #replays() {
    return this.context.api.client.webhooks.replays(this.endpointId);
  }

  /** A count is of the form as it was. */
  #setForm(form: ReplayForm): void {
    Object.assign(this, { form, counted: null, error: null });
  }

  async #count(): Promise<void> {
    const range = toReplayRange(this.form, Date.now());
    if (range === null) {
      this.error = "Enter a period that begins before it ends.";
      return;
    }
    const { form } = this;
    await this.#run(async () => {
      const count = await this.#replays.preview(range);
      // The form may have changed meanwhile.
      if (form === this.form) this.counted = { range, count };
    });
  }

  async #start(): Promise<void> {
    const { counted } = this;
    if (counted === null) return;
    await this.#run(async () => {
      const { replay_id } = await this.#replays.start(counted.range);
      const total = counted.count.complete ? { total: String(counted.count.count) } : {};
      const query = new URLSearchParams({ replay: replay_id, ...total });
      this.context.navigate(`/webhooks/${this.endpointId}/replay?${query}`);
    });
  }

  async #run(action: () => Promise<void>): Promise<void> {
    Object.assign(this, { isBusy: true, error: null });
    try {
      await action();
    } catch (error) {
      this.error = formatFailure(toFailure(error, navigator.onLine));
    } finally {
      this.isBusy = false;
    }
  }
}

function toTotal(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

customElements.define("console-replay-page", ReplayPage);
