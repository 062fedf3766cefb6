import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import { toFailureOrReport } from "#clients/console/api/api-failure.ts";
import { sleep } from "#clients/console/api/sleep.ts";
import type { PageContext } from "#clients/console/page/page-context.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { downloadProof } from "./download-proof.ts";
import { requestProof } from "./request-proof.ts";
import { renderKeyDialog } from "./verification-key-dialog.ts";
import type { VerificationState } from "./verification-state.ts";
import { verificationStyles } from "./verification-styles.ts";
import { renderVerification } from "./verification-view.ts";

/** Events that are only passed by are not verified: each verification is a request. */
const restMs = 300;

/** What was found before, for as long as an event is held: by the response that it is from. */
const results = new WeakMap<object, { readonly key: string; readonly state: VerificationState }>();

/** The element `<event-verification>`: verifies an event in the browser, with the verification key that the reader has entered. */
export class EventVerificationElement extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    context: { attribute: false },
    event: { attribute: false },
    state: { state: true },
    isAsking: { state: true },
  };

  declare context: PageContext;
  declare event: TimelineEvent;
  private declare state: VerificationState;
  private declare isAsking: boolean;
  #abort = new AbortController();

  constructor() {
    super();
    this.state = { kind: "no_key" };
    this.isAsking = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(verificationStyles);
    if (this.hasUpdated) this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abort.abort();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("event") && changed.get("event")?.raw !== this.event.raw) this.#start();
  }

  protected override render(): TemplateResult {
    const { verificationKeys } = this.context;
    return html`${renderVerification(this.state, {
      enterKey: () => this.#ask(true),
      retry: () => this.#start(),
      download: (proof) => downloadProof(proof, this.event.id),
    })}
    ${
      this.isAsking
        ? renderKeyDialog({
            keys: verificationKeys,
            close: () => this.#ask(false),
            onEntered: () => {
              this.#ask(false);
              this.#start();
            },
          })
        : ""
    }`;
  }

  #ask(isAsking: boolean): void {
    this.isAsking = isAsking;
  }

  #start(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { key } = this.context.verificationKeys;
    const known = isObject(this.event.raw) ? results.get(this.event.raw) : undefined;
    if (this.context.session.kind === "viewer") this.state = { kind: "viewer" };
    else if (key === null) this.state = { kind: "no_key" };
    else if (known?.key === key) this.state = known.state;
    else this.#verify(key, this.event, this.#abort.signal);
  }

  async #verify(key: string, event: TimelineEvent, signal: AbortSignal): Promise<void> {
    this.state = { kind: "verifying" };
    try {
      await sleep(restMs, signal);
      const state = await this.#findState(key, event, signal);
      if (signal.aborted) return;
      if (state.kind === "done" && isObject(event.raw)) results.set(event.raw, { key, state });
      this.state = state;
    } catch (error) {
      if (signal.aborted) return;
      this.state = { kind: "failed", failure: toFailureOrReport(error, navigator.onLine, reportError) };
    }
  }

  async #findState(key: string, event: TimelineEvent, signal: AbortSignal): Promise<VerificationState> {
    const { proofs } = this.context.api.client;
    const occurred_at = new Date(event.occurredAtMs).toISOString();
    const proof = await requestProof({
      find: () => proofs.find({ event_id: event.id, entity_id: event.entity.id, occurred_at }, { signal }),
      sleep: (ms) => sleep(ms, signal),
      onWait: () => {
        this.state = { kind: "waiting" };
      },
    });
    if (proof === null) return { kind: "not_sealed" };
    const { verifyEvent } = await import("#clients/timeline/verification/verify-event.ts");
    return { kind: "done", proof, result: await verifyEvent({ event: event.raw, proof, key, isPartial: false }) };
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

customElements.define("event-verification", EventVerificationElement);
