import type { IncomingHttpHeaders } from "node:http";
import { styleText } from "node:util";
import type { CommandResult } from "#clients/cli/command-result.ts";
import { verifyWebhook, type WebhookPayload, WebhookVerificationError } from "#clients/webhooks/verify-webhook.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

/** A received request. Without a valid signature, it has no payload and its headers are untrusted. */
export type ReceivedDelivery = {
  readonly received_at: string;
  readonly event_type: string | null;
  readonly entity_ref: string | null;
  readonly delivery_id: string | null;
  readonly verified: boolean;
  /** Whether it is a test delivery of a sample event. */
  readonly test: boolean;
  /** Why the signature is not valid. */
  readonly reason: string | null;
  readonly payload: WebhookPayload | null;
};

/** Verifies the signature of a request. */
export async function verifyReceived(
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  secret: string,
  now: Date,
): Promise<ReceivedDelivery> {
  const received_at = now.toISOString();
  try {
    const payload = await verifyWebhook(body, headers, secret, { now });
    const { event_type, delivery_id, data } = payload;
    const entity_ref = data.entity_ref ?? data.entity_id;
    const test = payload.test === true;
    return { received_at, event_type, entity_ref, delivery_id, verified: true, test, reason: null, payload };
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
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

/** Formats a delivery as a line of text and as JSON. */
export function formatReceived(received: ReceivedDelivery): Pick<CommandResult, "text" | "json"> {
  const { received_at, event_type, entity_ref, delivery_id, verified, test, reason } = received;
  const cells = [(event_type ?? "-").padEnd(24), (entity_ref ?? "-").padEnd(18), delivery_id ?? "-"].map(toPrintable);
  const validText = test ? "verified, a test" : "verified";
  const result = verified ? styleText("green", validText) : styleText("red", toPrintable(`not verified: ${reason}`));
  return { text: [styleText("dim", received_at.slice(11, 19)), ...cells, result].join("  "), json: received };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
