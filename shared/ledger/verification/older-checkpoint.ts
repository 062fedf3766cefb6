import { verifyCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { olderStateOf } from "./verify-file.ts";

/**
 * Returns the checkpoint from which a consistency proof leads, among other files: one of the log and of the size, that a key
 * has signed if there is one; `null` without any. Files of several logs may be verified together.
 */
export async function findOlderCheckpoint(
  text: string,
  others: readonly string[],
  keys: readonly VerificationKey[],
): Promise<string | null> {
  const state = olderStateOf(text);
  if (state === null) return null;
  const candidates = others.filter((other) => other.startsWith(`${state.origin}\n${state.size}\n`));
  for (const candidate of candidates) if (await isSigned(candidate, keys)) return candidate;
  return candidates[0] ?? null;
}

function isSigned(note: string, keys: readonly VerificationKey[]): Promise<boolean> {
  return verifyCheckpoint(note, keys).then(
    () => true,
    () => false,
  );
}
