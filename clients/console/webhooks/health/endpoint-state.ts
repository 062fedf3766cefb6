import type { Schemas } from "#clients/client/openapi-types.ts";

type Endpoint = Schemas["WebhookEndpoint"];
type Health = Schemas["WebhookEndpointWithHealth"]["health"];

export type Tone = "positive" | "negative" | "warning" | "neutral";

/** The state of an endpoint in a word, why it is so, and the colour. */
export type EndpointState = {
  readonly kind: "healthy" | "failing" | "disabled";
  readonly label: string;
  readonly tone: Tone;
  /** A sentence; empty if there is nothing to say. */
  readonly reason: string;
};

const disabledReasons: Readonly<Record<string, string>> = {
  owner: "Switched off here or by the API.",
  gone: "The receiver responded that it is gone (410).",
  failing: "It failed for three days without a success.",
  token_revoked: "A token that created or changed it was revoked.",
};

/** Returns the state of an endpoint with its health. */
export function toEndpointState(endpoint: Endpoint, health: Health | undefined = endpoint.health): EndpointState {
  if (endpoint.status === "disabled") return toDisabled(endpoint);
  if (health === undefined) return { kind: "healthy", label: "Enabled", tone: "neutral", reason: "" };
  const { circuit, consecutive_failures: failures, last_success_at, average_duration_ms } = health;
  const inARow = failures === 1 ? "The last attempt failed." : `The last ${failures} attempts failed.`;
  if (circuit === "open") {
    const reason = failures === 0 ? "The receiver asked for a pause." : inARow;
    return { kind: "failing", label: "Paused", tone: "negative", reason };
  }
  if (circuit === "half_open") {
    return { kind: "failing", label: "Recovering", tone: "warning", reason: `${inARow} The next one is a probe.` };
  }
  if (failures > 0) return { kind: "failing", label: "Failing", tone: "warning", reason: inARow };
  if (last_success_at === null && average_duration_ms === null) {
    return { kind: "healthy", label: "No deliveries", tone: "neutral", reason: "Nothing was sent yet." };
  }
  return { kind: "healthy", label: "Healthy", tone: "positive", reason: "" };
}

function toDisabled({ disabled_reason }: Endpoint): EndpointState {
  const reason = disabledReasons[disabled_reason ?? ""] ?? "";
  const isByOwner = disabled_reason === "owner";
  return { kind: "disabled", label: "Disabled", tone: isByOwner ? "neutral" : "negative", reason };
}

export const stateFilters = ["all", "healthy", "failing", "disabled"] as const;

export type StateFilter = (typeof stateFilters)[number];

/** Returns the endpoints in a state whose URL, description, document or event types contain a text. */
export function filterEndpoints(
  endpoints: readonly Endpoint[],
  { text, state }: { readonly text: string; readonly state: StateFilter },
): readonly Endpoint[] {
  const searched = text.trim().toLowerCase();
  return endpoints.filter((endpoint) => {
    const { url, description, entity_id, events, endpoint_id } = endpoint;
    const words = [url, description ?? "", entity_id ?? "", endpoint_id, ...events].join("\n").toLowerCase();
    return words.includes(searched) && (state === "all" || toEndpointState(endpoint).kind === state);
  });
}
