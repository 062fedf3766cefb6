import { createHash } from "node:crypto";

/** Partitions that list the organisations with endpoints. Stored keys depend on it: it can never change. */
export const orgShards = 4_096;

/** Where an organisation is listed, and a 32-bit fingerprint by which it is remembered there. */
export type OrgHash = { readonly shard: number; readonly fingerprint: number };

/** Stored keys depend on it: it can never change. */
export function hashOrg(orgId: string): OrgHash {
  const digest = createHash("sha256").update(orgId).digest();
  return { shard: digest.readUInt32BE(0) % orgShards, fingerprint: digest.readUInt32BE(4) };
}
