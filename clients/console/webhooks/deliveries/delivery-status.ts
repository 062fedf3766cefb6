import type { Schemas } from "#clients/client/openapi-types.ts";

type Delivery = Schemas["WebhookDelivery"];
type Attempt = Schemas["WebhookDeliveryWithAttempts"]["attempts"][number];

export type DeliveryState = {
  readonly label: string;
  readonly tone: "positive" | "negative" | "warning" | "neutral";
};

/** Returns the state of a delivery in a word. */
export function toDeliveryState({ status, attempt_count }: Pick<Delivery, "status" | "attempt_count">): DeliveryState {
  if (status === "succeeded") return { label: "Succeeded", tone: "positive" };
  if (status === "failed") return { label: "Failed", tone: "negative" };
  return attempt_count > 0 ? { label: "Retrying", tone: "warning" } : { label: "Pending", tone: "neutral" };
}

const reasons: Readonly<Record<string, string>> = {
  exhausted: "It failed for three days, and is not retried any more.",
  endpoint_gone: "The receiver responded that it is gone.",
  endpoint_disabled: "The endpoint was disabled.",
  endpoint_deleted: "The endpoint was deleted.",
  org_suspended: "The organisation was suspended.",
  aborted_by_receiver: "The receiver asked not to send it again.",
  test_failed: "Tests are sent once, and are not retried.",
  event_unreadable: "The log has no valid event for it.",
};

/** Returns why a delivery is not retried any more, as a sentence; empty for one that is, and for a later release's reason. */
export function toFailureReason({ reason }: Pick<Delivery, "reason">): string {
  return reasons[reason ?? ""] ?? "";
}

const errors: Readonly<Record<string, string>> = {
  url_refused: "URL refused",
  address_refused: "Address refused",
  dns: "DNS failure",
  connect: "No connection",
  connect_timeout: "Connection timeout",
  tls: "TLS failure",
  timeout: "Timeout",
  reset: "Connection reset",
  protocol: "Invalid response",
};

/** Returns the result of the last request: `200`, `Timeout`; `null` before the first. */
export function toResult(status: number | null, error: string | null): string | null {
  if (status !== null) return String(status);
  return error === null ? null : (errors[error] ?? error);
}

/** Returns the tone of an attempt. */
export function toAttemptTone({ outcome }: Pick<Attempt, "outcome">): "positive" | "negative" {
  return outcome === "succeeded" ? "positive" : "negative";
}
