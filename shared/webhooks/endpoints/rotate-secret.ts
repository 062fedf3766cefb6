import { changedBy, type SealedSecret } from "./endpoint.ts";
import { type Requester, requestedEvent } from "./endpoint-change-events.ts";
import { changing, type Issued } from "./manage-endpoints.ts";
import type { ManageWorld } from "./management-ports.ts";
import { secretBytes, writeSecret } from "./signing-secret.ts";

/** Secrets that sign at once: each is a signature in the headers of every delivery. */
const maxSecrets = 3;

/**
 * Gives an endpoint a new secret. The others sign beside it for `overlapSeconds` at most; with 0 they end at once.
 * Throws `ActivityError` `not_found`, and `conflict` for changes at once.
 */
export async function rotateSecret(
  world: ManageWorld,
  requester: Requester,
  endpointId: string,
  overlapSeconds: number,
): Promise<Issued> {
  return changing(world, requester, endpointId, async (before) => {
    const now = world.now();
    const at = now.toISOString();
    const secret = writeSecret(world.random(secretBytes));
    const newest = { sealed: await world.box.seal(secret, before), expires_at: null };
    const overlapEnd = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
    const secrets = [newest, ...ending(before.secrets, overlapEnd, at)].slice(0, maxSecrets);
    const changed_by = changedBy(before, requester.token_id);
    const after = { ...before, secrets, updated_at: at, changed_by, version: before.version + 1 };
    const change = { verb: "SECRET_ROTATED", metadata: { overlap_seconds: overlapSeconds } } as const;
    const isDone = await world.endpoints.update(before, after, requestedEvent(before, requester, change, at));
    return isDone ? { endpoint: after, secret } : null;
  });
}

/** The secrets that sign on beside a new one: until their own end, or that of the overlap if it comes before. */
function ending(secrets: readonly SealedSecret[], overlapEnd: string, now: string): SealedSecret[] {
  return secrets
    .map(({ sealed, expires_at }) => ({ sealed, expires_at: earlier(expires_at, overlapEnd) }))
    .filter(({ expires_at }) => expires_at > now);
}

function earlier(left: string | null, right: string): string {
  return left !== null && left < right ? left : right;
}
