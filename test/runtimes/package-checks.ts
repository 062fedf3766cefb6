import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { bun, deno, type Runtime, workerd } from "./runtime.ts";

/** What is checked of a package in runtimes besides the oldest Node that it supports. */
export type PackageCheck = {
  readonly name: string;
  /** Returns a module that exports `check`, which throws if the package does not work. `api` is the origin of a local API. */
  readonly module: (api: string) => string;
  readonly others: readonly Runtime[];
};

const event = `{
  org_id: "org_1", action: "INVOICE_SENT", entity_type: "INVOICE", entity_id: "inv_1", occurred_at: "2026-05-11T08:30:12Z",
}`;

const emitter = () => `
import { createEmitter } from "@activity-log/emitter";
import { activityPut } from "@activity-log/emitter/activity-put";

const send = async ({ input }) => ({ Successful: input.Entries.map(({ Id }) => ({ Id, MessageId: "message" })) });

export async function check() {
  const { emit } = createEmitter({ queueUrl: "https://sqs.us-east-1.amazonaws.com/1/ingest", client: { send } });
  const [result] = await emit([${event}]);
  if (result.status !== "sent") throw new Error(JSON.stringify(result));
  const { Item } = activityPut({ config: { systemClockOffset: 0 } }, "events", ${event});
  if (Item.entity_id !== "inv_1") throw new Error(JSON.stringify(Item));
}
`;

/** Calls the API with the `fetch` of the runtime: each knows other options. */
const client = (api: string) => `
import { createFinzbooksClient } from "@activity-log/client";

export async function check() {
  const { activity, webhooks, whoami } = createFinzbooksClient({ baseUrl: "${api}", token: "token" });
  const { items } = await activity.list({ limit: 1 });
  if (items[0].event_id !== "evt_1") throw new Error(JSON.stringify(items));
  const endpoint = await webhooks.endpoints.create({ url: "https://hooks.example.com", events: ["*"] });
  if (endpoint.events[0] !== "*") throw new Error(JSON.stringify(endpoint));
  const redirected = await whoami().catch((reason) => reason);
  if (redirected.code !== "invalid_response" || redirected.status !== 302) throw redirected;
}
`;

const cli = () => `
import { execFileSync } from "node:child_process";

export function check() {
  const help = execFileSync(process.execPath, ["node_modules/@activity-log/cli/dist/main.js", "--help"], { encoding: "utf8", stdio: "pipe" });
  if (!help.startsWith("Usage:")) throw new Error(help);
}
`;

/** Verifies both signatures of a delivery that our sender signs, and refuses another body. */
function webhooks(): string {
  const now = new Date("2026-05-11T08:30:13Z");
  const secret = formatSigningSecret(new Uint8Array(32).fill(7));
  const deliveryId = `dlv_${"1".repeat(32)}`;
  const body = renderPayload(sampleEvent("invoice.sent", "org_1", "2026-05-11T08:30:12.000Z"), {
    ...{ delivery_id: deliveryId, event: null, sequence: null, sealed_at: null },
  });
  const headers = signedHeaders({ deliveryId, eventType: "invoice.sent", body, secrets: [secret], now });
  return `
import { verifyWebhook } from "@activity-log/webhooks";

const { body, headers, secret, now } = ${JSON.stringify({ body, headers, secret, now })};
const { "webhook-signature": _, ...aibooks } = headers;
const options = { now: new Date(now) };

export async function check() {
  for (const received of [headers, aibooks, new Headers(headers)]) {
    const { delivery_id } = await verifyWebhook(new TextEncoder().encode(body), received, secret, options);
    if (delivery_id !== "${deliveryId}") throw new Error(delivery_id);
    const error = await verifyWebhook(body + " ", received, secret, options).catch((reason) => reason);
    if (error.reason !== "invalid_signature") throw error;
  }
}
`;
}

export const packageChecks: readonly PackageCheck[] = [
  { name: "cli", module: cli, others: [] },
  { name: "client", module: client, others: [deno, bun, workerd] },
  { name: "emitter", module: emitter, others: [] },
  { name: "webhooks", module: webhooks, others: [deno, bun, workerd] },
];
