import { createHash } from "node:crypto";

/** Partitions of the list of organisations with endpoints. It must never change: stored keys depend on it. */
export const orgShards = 4_096;

/** The shard that lists an organisation, and its 32-bit fingerprint in caches of that shard. */
export type OrgHash = { readonly shard: number; readonly fingerprint: number };

/** Returns the shard and the fingerprint of an organisation. It must never change: stored keys depend on it. */
export function hashOrg(orgId: string): OrgHash {
  const digest = createHash("sha256").update(orgId).digest();
  return { shard: digest.readUInt32BE(0) % orgShards, fingerprint: digest.readUInt32BE(4) };
}
