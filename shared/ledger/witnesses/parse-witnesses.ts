import * as z from "zod/mini";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import type { Witness } from "./add-checkpoint.ts";

const witnessesSchema = z.array(z.object({ url: z.string(), key: z.string() }));

/** Parses the witnesses in the settings of a stage, as JSON. Throws if they are malformed, or `ProofError` for a key. */
export function parseWitnesses(json: string): Witness[] {
  return witnessesSchema
    .parse(JSON.parse(json))
    .map(({ url, key }) => ({ url, key: parseVerificationKey(key, "witness") }));
}
