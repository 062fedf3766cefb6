import { appendChangedBy, type EncryptedSecret } from "./endpoint.ts";
import { endpointChangedEvent, type Requester } from "./endpoint-change-events.ts";
import { changeWithRetry, type EndpointWithSecret } from "./manage-endpoints.ts";
import type { WebhookManagementPorts } from "./management-ports.ts";
import { formatSigningSecret, signingSecretBytes } from "./signing-secret.ts";

/** Secrets that sign at once: each is a signature in the headers of every delivery. */
const maxSecrets = 3;

/**
 * Gives an endpoint a new secret. The others sign beside it for `overlapSeconds` at most; with 0 they end at once.
 * Throws `ActivityError` `not_found`, and `conflict` for changes at once.
 */
export async function rotateSecret(
  world: WebhookManagementPorts,
  requester: Requester,
  endpointId: string,
  overlapSeconds: number,
): Promise<EndpointWithSecret> {
  return changeWithRetry(world, requester, endpointId, async (before) => {
    const now = world.now();
    const at = now.toISOString();
    const secret = formatSigningSecret(world.random(signingSecretBytes));
    const newest = { sealed: await world.encryption.encrypt(secret, before), expires_at: null };
    const overlapEnd = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
    const secrets = [newest, ...ending(before.secrets, overlapEnd, at)].slice(0, maxSecrets);
    const changed_by = appendChangedBy(before, requester.token_id);
    const after = { ...before, secrets, updated_at: at, changed_by, version: before.version + 1 };
    const change = { verb: "SECRET_ROTATED", metadata: { overlap_seconds: overlapSeconds } } as const;
    const isDone = await world.endpoints.update(before, after, endpointChangedEvent(before, requester, change, at));
    return isDone ? { endpoint: after, secret } : null;
  });
}

/** The secrets that sign on beside a new one: until their own end, or that of the overlap if it comes before. */
function ending(secrets: readonly EncryptedSecret[], overlapEnd: string, now: string): EncryptedSecret[] {
  return secrets
    .map(({ sealed, expires_at }) => ({ sealed, expires_at: earlier(expires_at, overlapEnd) }))
    .filter(({ expires_at }) => expires_at > now);
}

function earlier(left: string | null, right: string): string {
  return left !== null && left < right ? left : right;
}
