import { appendChangedBy, type EncryptedSecret } from "./endpoint.ts";
import { endpointChangedEvent, type Requester } from "./endpoint-change-events.ts";
import { changeWithRetry, type EndpointPorts, type EndpointWithSecret } from "./manage-endpoints.ts";
import { formatSigningSecret, signingSecretBytes } from "./signing-secret.ts";

/** Each valid secret adds a signature to the headers of every delivery. */
const maxSecrets = 3;

/**
 * Adds a new secret to an endpoint. The older ones stay valid for `overlapSeconds` at most; 0 ends them immediately.
 * Throws `ActivityError` `not_found`, and `conflict` after repeated concurrent changes.
 */
export async function rotateSecret(
  ports: EndpointPorts,
  requester: Requester,
  endpointId: string,
  overlapSeconds: number,
): Promise<EndpointWithSecret> {
  return changeWithRetry(ports, requester, endpointId, async (before) => {
    const now = ports.now();
    const at = now.toISOString();
    const secret = formatSigningSecret(ports.random(signingSecretBytes));
    const newest = { sealed: await ports.encryption.encrypt(secret, before), expires_at: null };
    const overlapEnd = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
    const secrets = [newest, ...expireBy(before.secrets, overlapEnd, at)].slice(0, maxSecrets);
    const changed_by = appendChangedBy(before, requester.token_id);
    const after = { ...before, secrets, updated_at: at, changed_by, version: before.version + 1 };
    const content = { verb: "SECRET_ROTATED", metadata: { overlap_seconds: overlapSeconds } } as const;
    const isUpdated = await ports.endpoints.update(before, after, endpointChangedEvent(before, requester, content, at));
    return isUpdated ? { endpoint: after, secret } : null;
  });
}

/** Returns the secrets that are still valid, each with an expiry no later than `overlapEnd`. */
function expireBy(secrets: readonly EncryptedSecret[], overlapEnd: string, now: string): EncryptedSecret[] {
  return secrets
    .map(({ sealed, expires_at }) => ({ sealed, expires_at: earlier(expires_at, overlapEnd) }))
    .filter(({ expires_at }) => expires_at > now);
}

function earlier(left: string | null, right: string): string {
  return left !== null && left < right ? left : right;
}
