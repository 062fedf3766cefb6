import { describe, expect, it } from "vitest";
import { formatDuration, formatRate, toDeliveryStats } from "#clients/console/webhooks/health/delivery-stats.ts";
import { filterEndpoints, toEndpointState } from "#clients/console/webhooks/health/endpoint-state.ts";
import { toSparkline } from "#clients/console/webhooks/health/sparkline-points.ts";
import { aListedDelivery, aListedEndpoint, anEndpointHealth } from "#test/support/console/webhooks.ts";

describe("toDeliveryStats", () => {
  it("counts a delivery that waits for a retry as failed so far, and one before its first attempt not at all", () => {
    const deliveries = [
      aListedDelivery(),
      aListedDelivery({ status: "failed", attempt_count: 9, last_duration_ms: 300 }),
      aListedDelivery({ status: "pending", attempt_count: 2, last_duration_ms: 100 }),
      aListedDelivery({ status: "pending", attempt_count: 0, last_duration_ms: null }),
    ];
    expect(toDeliveryStats(deliveries)).toEqual({
      attempted: 3,
      succeeded: 1,
      successRate: 1 / 3,
      medianMs: 100,
      slowestMs: 300,
    });
  });

  it("has no rate and no durations without an attempt", () => {
    expect(toDeliveryStats([])).toEqual({
      attempted: 0,
      succeeded: 0,
      successRate: null,
      medianMs: null,
      slowestMs: null,
    });
  });
});

describe("formatRate", () => {
  it.each([
    [1, "100%"],
    [0.999, "99.9%"],
    [0.9999, "99.9%"],
    [0.99, "99%"],
    [28 / 31, "90%"],
    [0.5, "50%"],
    [0.001, "1%"],
    [0, "0%"],
  ])("formats %d as %s", (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });
});

describe("formatDuration", () => {
  it.each([
    [0.4, "0 ms"],
    [999, "999 ms"],
    [1_440, "1.4 s"],
  ])("formats %d as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("toEndpointState", () => {
  it.each([
    ["Healthy", {}],
    ["No deliveries", { last_success_at: null, average_duration_ms: null }],
    ["Failing", { consecutive_failures: 1 }],
    ["Paused", { circuit: "open", consecutive_failures: 5 }],
    ["Paused", { circuit: "open" }],
    ["Recovering", { circuit: "half_open", consecutive_failures: 5 }],
  ] as const)("is %s for health %j", (label, health) => {
    expect(toEndpointState(aListedEndpoint({ health: anEndpointHealth(health) })).label).toBe(label);
  });

  it("says why an endpoint is disabled, whatever its health", () => {
    const health = anEndpointHealth({ circuit: "open", consecutive_failures: 9 });
    const endpoint = aListedEndpoint({ status: "disabled", disabled_reason: "gone", health });
    expect(toEndpointState(endpoint)).toEqual({
      kind: "disabled",
      label: "Disabled",
      tone: "negative",
      reason: "The receiver responded that it is gone (410).",
    });
  });

  it("distinguishes a pause that the receiver asked for from failures", () => {
    const reasonOf = (consecutive_failures: number) =>
      toEndpointState(aListedEndpoint({ health: anEndpointHealth({ circuit: "open", consecutive_failures }) })).reason;
    expect([reasonOf(0), reasonOf(5)]).toEqual(["The receiver asked for a pause.", "The last 5 attempts failed."]);
  });

  it("claims nothing about health that it does not know", () => {
    const { health: _, ...endpoint } = aListedEndpoint();
    expect(toEndpointState(endpoint)).toMatchObject({ label: "Enabled", tone: "neutral" });
  });
});

describe("filterEndpoints", () => {
  const healthy = aListedEndpoint({ description: "Ledger" });
  const failing = aListedEndpoint({
    url: "https://other.example.com/in",
    health: anEndpointHealth({ consecutive_failures: 3 }),
  });
  const disabled = aListedEndpoint({ status: "disabled", disabled_reason: "owner", entity_id: "inv_42" });
  const all = [healthy, failing, disabled];

  it.each([
    ["", "all", all],
    ["", "healthy", [healthy]],
    ["", "failing", [failing]],
    ["", "disabled", [disabled]],
    [" LEDGER ", "all", [healthy]],
    ["other.example", "all", [failing]],
    ["inv_42", "all", [disabled]],
    ["other.example", "healthy", []],
  ] as const)("of the text %j and the state %s", (text, state, found) => {
    expect(filterEndpoints(all, { text, state })).toEqual(found);
  });
});

describe("toSparkline", () => {
  it("draws values from left to right, with zero at the bottom", () => {
    expect(toSparkline([0, 50, 100], 103, 23)).toEqual({
      points: "1.5,21.5 51.5,11.5 101.5,1.5",
      lastX: 101.5,
      lastY: 1.5,
    });
  });

  it("draws a line at the bottom for zeros, and none for a single value", () => {
    expect(toSparkline([0, 0], 103, 23)?.points).toBe("1.5,21.5 101.5,21.5");
    expect(toSparkline([7], 103, 23)).toBeNull();
  });
});
