import { signCheckpoint } from "#shared/ledger/formats/checkpoint.ts";
import { createVerificationKey, type VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import type { CheckpointKey } from "./checkpoint-key.ts";
import type { LogHead, SignedCheckpoint } from "./checkpoint-store.ts";

export type SigningPorts = {
  readonly checkpointKey: CheckpointKey;
  /** The first part of the name of each log. */
  readonly logName: string;
  now(): Date;
};

/** What the names and keys of logs are made from. */
export type LogKeyPorts = Pick<SigningPorts, "logName"> & {
  readonly checkpointKey: Pick<CheckpointKey, "getPublicKey">;
};

/**
 * Returns the key that verifies the checkpoints of a log. All logs have the same public key. The name of the log is part of
 * what is signed, so that the checkpoint of one is not valid for another.
 */
export async function getLogKey({ checkpointKey, logName }: LogKeyPorts, log: string): Promise<VerificationKey> {
  return createVerificationKey(`${logName}/${log}`, await checkpointKey.getPublicKey());
}

/** Signs the state of a log. */
export async function signHead(
  ports: SigningPorts,
  log: string,
  { size, frontier }: LogHead,
): Promise<SignedCheckpoint> {
  const key = await getLogKey(ports, log);
  const sign = (message: Uint8Array) => ports.checkpointKey.sign(message);
  const note = await signCheckpoint({ origin: key.name, size, root: rootOf(frontier) }, [{ key, sign }]);
  return { size, frontier, note, signed_at: ports.now().toISOString() };
}
