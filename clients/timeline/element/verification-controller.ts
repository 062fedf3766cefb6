import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ProvedEvent, TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import type { EventVerification } from "#clients/timeline/verification/verify-event.ts";

/** How far the verification of an event is. */
export type VerificationStatus =
  | EventVerification
  | { readonly kind: "verifying" }
  /** The host has no proof yet. */
  | { readonly kind: "not_sealed" }
  /** The host, or the way to it, has failed. */
  | { readonly kind: "failed" };

type VerifyingHost = ReactiveControllerHost & {
  readonly proofOf: ((event: ProvedEvent) => Promise<string | null>) | undefined;
  readonly verificationKey: string | undefined;
};

/** Verifies the events whose details are open, if the host supplies proofs and the verification key. */
export class VerificationController implements ReactiveController {
  readonly #host: VerifyingHost;
  #statuses = new Map<string, VerificationStatus>();

  constructor(host: VerifyingHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.forget();
  }

  /** Forgets what was found: the key, the proofs or the reader may be others. */
  forget(): void {
    this.#statuses = new Map();
  }

  /** Returns the status of an event, whose verification begins with the first call; `null` if the host does not ask for it. */
  statusOf(event: TimelineEvent): VerificationStatus | null {
    const { proofOf, verificationKey } = this.#host;
    if (!proofOf || !verificationKey) return null;
    const known = this.#statuses.get(keyOf(event));
    if (known !== undefined) return known;
    this.verify(event);
    return this.#statuses.get(keyOf(event)) ?? null;
  }

  /** Verifies an event, perhaps again. */
  async verify(event: TimelineEvent): Promise<void> {
    const statuses = this.#statuses;
    const key = keyOf(event);
    statuses.set(key, { kind: "verifying" });
    this.#host.requestUpdate();
    statuses.set(key, await this.#findStatus(event).catch(() => ({ kind: "failed" }) as const));
    if (statuses === this.#statuses) this.#host.requestUpdate();
  }

  async #findStatus(event: TimelineEvent): Promise<VerificationStatus> {
    const { proofOf, verificationKey: key = "" } = this.#host;
    const occurred_at = new Date(event.occurredAtMs).toISOString();
    const proof = await proofOf?.({ event_id: event.id, entity_id: event.entity.id, occurred_at });
    if (typeof proof !== "string") return { kind: "not_sealed" };
    const { verifyEvent } = await import("#clients/timeline/verification/verify-event.ts");
    // The token of the timeline may hide fields that the proof has.
    return verifyEvent({ event: event.raw, proof, key, isPartial: true });
  }
}

/** Not its id: another document may have an event with it, and a later response may show it otherwise. */
function keyOf({ raw }: TimelineEvent): string {
  return JSON.stringify(raw);
}
