import { readFileSync } from "node:fs";
import * as z from "zod";

const inclusionSchema = z.object({ index: z.number(), size: z.number(), hashes: z.array(z.string()) });

const trustVectorsSchema = z.object({
  origin: z.string(),
  ed25519_seed: z.string(),
  verification_key: z.string(),
  entries: z.array(
    z.object({
      item: z.record(z.string(), z.string()),
      canonical: z.string(),
      sha256: z.string(),
      sealed_at: z.string(),
      root: z.string(),
    }),
  ),
  checkpoint: z.object({ size: z.number(), root: z.string(), signature: z.string() }),
  inclusion: z.array(inclusionSchema),
  consistency: z.array(z.object({ from: z.number(), to: z.number(), hashes: z.array(z.string()) })),
  signed_note: z.object({ source: z.string(), verification_key: z.string(), note: z.string() }),
  anchor_round: z.object({
    log_name: z.string(),
    seed: z.string(),
    heads: z.array(z.object({ log: z.string(), size: z.number(), root: z.string() })),
    sealed_at: z.string(),
    blinds: z.array(z.string()),
    first_padding: z.string(),
    root: z.string(),
    verification_key: z.string(),
    proof: z.string(),
  }),
});

/** The vectors of the formats. Other implementations can read the same file. */
export const trustVectors = trustVectorsSchema.parse(
  JSON.parse(readFileSync(new URL("trust.json", import.meta.url), "utf8")),
);
