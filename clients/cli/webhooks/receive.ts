import type { IncomingHttpHeaders } from "node:http";
import { styleText } from "node:util";
import type { Outcome } from "#clients/cli/command-result.ts";
import { printable } from "#clients/cli/printable.ts";
import { ActivityError } from "#shared/errors.ts";
import { verify, type WebhookPayload } from "#shared/webhooks/sending/verify.ts";

/** A delivery that arrived here. What did not verify has no payload, and may be of anybody's making. */
export type Received = {
  readonly received_at: string;
  readonly event_type: string | null;
  readonly entity_ref: string | null;
  readonly delivery_id: string | null;
  readonly verified: boolean;
  /** Whether it is a test, whose event is invented. */
  readonly test: boolean;
  /** Why it did not verify. */
  readonly reason: string | null;
  readonly payload: WebhookPayload | null;
};

/** Judges a request by its signature. */
export function receive(headers: IncomingHttpHeaders, body: Uint8Array, secret: string, now: Date): Received {
  const received_at = now.toISOString();
  try {
    const payload = verify(headers, body, secret, now);
    const { event_type, delivery_id, data } = payload;
    const entity_ref = textOf(data.entity_ref) ?? textOf(data.entity_id);
    const test = payload.test === true;
    return { received_at, event_type, entity_ref, delivery_id, verified: true, test, reason: null, payload };
  } catch (error) {
    if (!(error instanceof ActivityError)) throw error;
    const event_type = textOf(headers["x-aibooks-event"]);
    const delivery_id = textOf(headers["webhook-id"] ?? headers["x-aibooks-delivery"]);
    const reason = error.message;
    return {
      received_at,
      event_type,
      entity_ref: null,
      delivery_id,
      verified: false,
      test: false,
      reason,
      payload: null,
    };
  }
}

/** A delivery as a line for people, and as it is for programs. */
export function show(received: Received): Pick<Outcome, "text" | "json"> {
  const { received_at, event_type, entity_ref, delivery_id, verified, test, reason } = received;
  const cells = [(event_type ?? "-").padEnd(24), (entity_ref ?? "-").padEnd(18), delivery_id ?? "-"].map(printable);
  const genuine = test ? "verified, a test" : "verified";
  const verdict = verified ? styleText("green", genuine) : styleText("red", printable(`not verified: ${reason}`));
  return { text: [styleText("dim", received_at.slice(11, 19)), ...cells, verdict].join("  "), json: received };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
