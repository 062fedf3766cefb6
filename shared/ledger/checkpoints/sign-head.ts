import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { addSignatures, type NoteSigner } from "#shared/ledger/formats/note-signing.ts";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { createVerificationKey, type VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { type CheckpointKey, signsAt } from "./checkpoint-key.ts";
import type { LogHead, SignedCheckpoint } from "./checkpoint-store.ts";

export type SigningPorts = {
  /** Those that sign, did and will. */
  readonly checkpointKeys: readonly CheckpointKey[];
  /** The first part of the name of each log. */
  readonly logName: string;
  now(): Date;
};

/**
 * Returns the verification key of a log. All logs have the same public keys. The name of the log is part of what is signed,
 * so that the checkpoint of one is not valid for another.
 */
export async function getLogKey(
  key: Pick<CheckpointKey, "getPublicKey">,
  logName: string,
  log: string,
): Promise<VerificationKey> {
  return createVerificationKey(`${logName}/${log}`, await key.getPublicKey());
}

/** Returns the keys that verify the checkpoints of a log: those that sign now, did before or will. */
export function getLogKeys(
  { checkpointKeys, logName }: Pick<SigningPorts, "checkpointKeys" | "logName">,
  log: string,
): Promise<VerificationKey[]> {
  return Promise.all(checkpointKeys.map((key) => getLogKey(key, logName, log)));
}

/** Signs the state of a log by each key that signs now. */
export async function signHead(
  ports: SigningPorts,
  log: string,
  { size, frontier }: LogHead,
): Promise<SignedCheckpoint> {
  const checkpoint = { origin: `${ports.logName}/${log}`, size, root: rootOf(frontier) };
  const note = await signCheckpoint(checkpoint, await getSigners(ports, log));
  return { size, frontier, note, signed_at: ports.now().toISOString() };
}

/**
 * Returns a checkpoint, which was verified, with the signatures of the keys that sign now and have not signed it; `null` if all
 * have. A log that does not grow would else be signed by a former key only.
 */
export async function completeSignatures(
  ports: SigningPorts,
  log: string,
  checkpoint: SignedCheckpoint,
): Promise<SignedCheckpoint | null> {
  const signedIds = parseSignedNote(checkpoint.note).signatures.map(({ keyId }) => keyId);
  const missing = (await getSigners(ports, log)).filter(({ key }) => !signedIds.includes(key.id));
  if (missing.length === 0) return null;
  const note = await addSignatures(checkpoint.note, await getLogKeys(ports, log), missing);
  return { ...checkpoint, note, signed_at: ports.now().toISOString() };
}

async function getSigners({ checkpointKeys, logName, now }: SigningPorts, log: string): Promise<NoteSigner[]> {
  const active = checkpointKeys.filter((key) => signsAt(key, now()));
  if (active.length === 0) throw new Error("No key signs now: its time in trust.keys has passed.");
  return Promise.all(
    active.map(async (key) => ({
      key: await getLogKey(key, logName, log),
      sign: (message: Uint8Array) => key.sign(message),
    })),
  );
}
