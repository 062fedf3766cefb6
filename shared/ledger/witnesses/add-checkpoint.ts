import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import { formatConsistencyText } from "#shared/ledger/formats/consistency-text.ts";
import { verifyCosignatures } from "#shared/ledger/formats/cosignature.ts";
import { formatSignature, parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import type { VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** A server that signs checkpoints which continue those it has seen (C2SP tlog-witness). */
export type Witness = {
  /** The prefix of its submission API, without a slash at the end. */
  readonly url: string;
  readonly key: VerificationKey;
};

export type AddCheckpointRequest = {
  /** The size that the witness has signed last, and the proof from there. */
  readonly from: number;
  readonly hashes: readonly Uint8Array[];
  readonly checkpoint: string;
};

export type AddCheckpointResult =
  /** The line to add to the note: the cosignature. */
  | { readonly outcome: "signed"; readonly line: string }
  /** The witness has signed another size last: the proof must lead from there. */
  | { readonly outcome: "conflict"; readonly size: number }
  | { readonly outcome: "failed"; readonly reason: string };

export type SendRequest = (
  url: string,
  init: { readonly method: "POST"; readonly body: string; readonly signal: AbortSignal; readonly redirect: "error" },
) => Promise<Response>;

const timeoutMs = 5_000;

/** A cosignature has some hundred bytes: a witness that sends more is not one. */
const maxResponseBytes = 16_384;

/**
 * Asks a witness to sign a checkpoint. Never throws for what a witness does: a checkpoint is valid without it. The result
 * has the cosignature only if the key of the witness verifies it.
 */
export async function addCheckpoint(
  { url, key }: Witness,
  request: AddCheckpointRequest,
  send: SendRequest = fetch,
  signal: AbortSignal = AbortSignal.timeout(timeoutMs),
): Promise<AddCheckpointResult> {
  try {
    const body = formatConsistencyText(request);
    const response = await send(`${url}/add-checkpoint`, { method: "POST", body, signal, redirect: "error" });
    const text = await readText(response);
    if (response.status === 409) return { outcome: "conflict", size: parseDecimal(text.trimEnd(), "The size") };
    if (response.status !== 200) return failed(`status ${response.status}`);
    return { outcome: "signed", line: await cosignatureLineOf(text, request.checkpoint, key) };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Returns the line of a witness in its response, written anew: the response is never added to the note as it is, because other
 * lines of it could make the note invalid for ever, for example a second signature in the name of the log.
 */
async function cosignatureLineOf(response: string, checkpoint: string, key: VerificationKey): Promise<string> {
  const { text } = parseSignedNote(checkpoint);
  const { signatures } = parseSignedNote(`${text}\n${response}`);
  const own = signatures.filter(({ keyName, keyId }) => keyName === key.name && keyId === key.id);
  const lines = own.map(formatSignature).join("");
  await verifyCosignatures(`${checkpoint}${lines}`, [key]);
  return lines;
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new ProofError("malformed", "The response of the witness is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function failed(reason: string): AddCheckpointResult {
  return { outcome: "failed", reason };
}
