import type { Schemas } from "#clients/client/openapi-types.ts";

type Delivery = Schemas["WebhookDelivery"];

/** What the last attempt of a delivery was: `waiting` before the first. */
export type LastAttempt = "succeeded" | "failed" | "waiting";

/** Figures of an endpoint, over the deliveries that were listed. */
export type DeliveryStats = {
  /** Deliveries that were attempted, and those of them whose last attempt succeeded. */
  readonly attempted: number;
  readonly succeeded: number;
  /** From 0 to 1; `null` without an attempt. */
  readonly successRate: number | null;
  readonly medianMs: number | null;
  readonly slowestMs: number | null;
};

/** Returns what the last attempt of a delivery was. A pending delivery that was attempted has failed so far. */
export function toLastAttempt({ status, attempt_count }: Pick<Delivery, "status" | "attempt_count">): LastAttempt {
  if (status === "succeeded") return "succeeded";
  return status === "failed" || attempt_count > 0 ? "failed" : "waiting";
}

/** Returns the figures of listed deliveries, all of which count the same. */
export function toDeliveryStats(deliveries: readonly Delivery[]): DeliveryStats {
  const attempts = deliveries.map(toLastAttempt);
  const attempted = attempts.filter((attempt) => attempt !== "waiting").length;
  const succeeded = attempts.filter((attempt) => attempt === "succeeded").length;
  const durations = deliveries
    .flatMap(({ last_duration_ms }) => (last_duration_ms === null ? [] : [last_duration_ms]))
    .sort((left, right) => left - right);
  return {
    attempted,
    succeeded,
    successRate: attempted === 0 ? null : succeeded / attempted,
    medianMs: durations[(durations.length - 1) >> 1] ?? null,
    slowestMs: durations.at(-1) ?? null,
  };
}

/** Formats a rate in whole per cent: 100% only if all succeeded, 0% only if none did. */
export function formatRate(rate: number): string {
  const percent = rate * 100;
  if (percent > 99 && percent < 100) return `${Math.floor(percent * 10) / 10}%`;
  return percent > 0 && percent < 1 ? "1%" : `${Math.round(percent)}%`;
}

/** Formats a duration: `87 ms`, `1.4 s`. */
export function formatDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
