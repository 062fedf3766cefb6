import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { olderStateOf, statesSize, verifyOlderState } from "./verify-file.ts";

/**
 * Returns the file from which a consistency proof leads, among other files: one with a checkpoint or an anchor of the log and
 * of the size, that a key has signed if possible; `null` if no file has it. Files of several logs may be verified together.
 */
export async function findOlderFile(
  text: string,
  others: readonly string[],
  keys: readonly VerificationKey[],
): Promise<string | null> {
  const state = olderStateOf(text);
  if (state === null) return null;
  const candidates = others.filter((other) => other !== text && statesSize(other, state));
  for (const candidate of candidates) if (await isSigned(candidate, keys)) return candidate;
  return candidates[0] ?? null;
}

function isSigned(text: string, keys: readonly VerificationKey[]): Promise<boolean> {
  return verifyOlderState(text, keys).then(
    () => true,
    () => false,
  );
}
