import { createHmac } from "node:crypto";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";

/** A signed request, and whether a receiver must accept it. */
export type Vector = {
  readonly name: string;
  readonly isValid: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly secret: string;
  readonly now: Date;
};

const secret = formatSigningSecret(new Uint8Array(32).fill(7));
const oldSecret = formatSigningSecret(new Uint8Array(32).fill(8));
const otherSecret = formatSigningSecret(new Uint8Array(32).fill(9));

const sentAt = new Date("2026-05-11T08:30:13Z");
const afterSeconds = (seconds: number) => new Date(sentAt.getTime() + seconds * 1000);

const body = JSON.stringify({
  event_type: "invoice.sent",
  delivery_id: "dlv_0123456789abcdef0123456789abcdef",
  sequence: 4711,
  sealed_at: "2026-05-11T08:30:12.204Z",
  occurred_at: "2026-05-11T08:30:12Z",
  org_id: "org_8f9a1c2d",
  data: {
    event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_8c3f1a9b",
    entity_ref: "INV-2026-0042",
    actor_user_id: null,
    changes: { total: { old: "100 €", new: "120 €" } },
    metadata: {},
    occurred_at: "2026-05-11T08:30:12Z",
  },
});

function sign(secrets: readonly string[]): Record<string, string> {
  const delivery = { deliveryId: "dlv_0123456789abcdef0123456789abcdef", eventType: "invoice.sent" };
  return signedHeaders({ ...delivery, body, secrets, now: sentAt });
}

/** Signs as anyone can if a receiver takes a missing secret for a key. */
function signWithEmptyKey(): Record<string, string> {
  const { "webhook-id": id, "webhook-timestamp": timestamp, ...others } = sign([secret]);
  const signature = createHmac("sha256", "").update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    ...others,
    "webhook-id": id ?? "",
    "webhook-timestamp": timestamp ?? "",
    "webhook-signature": `v1,${signature}`,
  };
}

const valid = { isValid: true, headers: sign([secret]), body, secret, now: afterSeconds(1) };
const rotated = { ...valid, headers: sign([secret, oldSecret]) };
const refused = { ...valid, isValid: false };
const forged = { ...refused, headers: signWithEmptyKey() };

/** What every verification must accept or refuse. */
export const vectors: readonly Vector[] = [
  { ...valid, name: "a valid request" },
  { ...valid, name: "a request that is almost five minutes old", now: afterSeconds(299) },
  { ...valid, name: "a request of a sender whose clock is ahead", now: afterSeconds(-299) },
  { ...rotated, name: "a rotated secret, verified with the new one" },
  { ...rotated, name: "a rotated secret, verified with the old one", secret: oldSecret },
  { ...refused, name: "another secret", secret: otherSecret },
  { ...refused, name: "a request that is more than five minutes old", now: afterSeconds(301) },
  { ...refused, name: "a request from the future", now: afterSeconds(-302) },
  { ...refused, name: "a changed body", body: body.replace("INV-2026-0042", "INV-2026-0043") },
  { ...refused, name: "a changed timestamp", headers: { ...valid.headers, "webhook-timestamp": "1778488214" } },
  { ...refused, name: "a changed id", headers: { ...valid.headers, "webhook-id": "dlv_0" } },
  { ...refused, name: "a timestamp that is not a number", headers: { ...valid.headers, "webhook-timestamp": "now" } },
  { ...refused, name: "no signature", headers: { ...valid.headers, "webhook-signature": "" } },
  { ...forged, name: "an empty secret", secret: "" },
  { ...forged, name: "a secret that is only its prefix", secret: "whsec_" },
];

/**
 * Returns a vector as one line of text, which a program in any language can split at its tabs: the time in Unix seconds,
 * the secret, the three headers, and the body in base64.
 */
export function toLine({ headers, body: text, secret: key, now }: Vector): string {
  const names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
  const seconds = String(Math.floor(now.getTime() / 1000));
  return [seconds, key, ...names.map((name) => headers[name] ?? ""), Buffer.from(text).toString("base64")].join("\t");
}
