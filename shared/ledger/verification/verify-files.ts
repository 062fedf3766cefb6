import { verifyCosignatures } from "#shared/ledger/formats/cosignature.ts";
import { parseVerificationKey, type VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { isUndecided, ProofError } from "#shared/ledger/proof-error.ts";
import { findContradictions, type SignedStates } from "./contradictions.ts";
import type { FileResult } from "./file-result.ts";
import { findOlderFile } from "./find-older-file.ts";
import { noteOfText, verifyFile } from "./verify-file.ts";
import { type PackReader, verifyPack } from "./verify-pack.ts";

/** A file to verify, and the older checkpoint for a consistency proof, if it is not one of the files. */
export type NamedFile = {
  readonly file: string;
  /** `null` if the file cannot be read. */
  readonly text: string | null;
  readonly older: string | null;
};

/** A folder with an export. */
export type NamedPack = { readonly file: string; readonly pack: PackReader };

/** The keys of the log, of which one must have signed, and those of the witnesses that must all have signed, as texts. */
export type KeyTexts = { readonly log: readonly string[]; readonly witnesses: readonly string[] };

type Keys = { readonly log: readonly VerificationKey[]; readonly witnesses: readonly VerificationKey[] };

type Outcome = SignedStates & { readonly result: FileResult };

/**
 * Verifies files, each by itself, with keys that are given as texts, and then that they do not contradict each other. Uses
 * only these keys, never one from a file.
 */
export async function verifyFiles(files: readonly (NamedFile | NamedPack)[], keys: KeyTexts): Promise<FileResult[]> {
  const texts = files.flatMap((file) => ("text" in file && file.text !== null ? [file.text] : []));
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await outcomeOf(file, texts, keys));
  const contradictions = findContradictions(outcomes);
  return outcomes.map((outcome) => {
    const message = contradictions.get(outcome);
    return message === undefined
      ? outcome.result
      : { file: outcome.file, result: "false", reason: "wrong-root", message };
  });
}

async function outcomeOf(named: NamedFile | NamedPack, texts: readonly string[], keyTexts: KeyTexts): Promise<Outcome> {
  const { file } = named;
  try {
    const keys = {
      log: keyTexts.log.map((key) => parseVerificationKey(key)),
      witnesses: keyTexts.witnesses.map((witness) => parseVerificationKey(witness, "witness")),
    };
    const { verification, states, note } = await verifyNamed(named, texts, keys);
    const cosignatures = keys.witnesses.length === 0 ? [] : await verifyCosignatures(note, keys.witnesses);
    return { file, states, result: { file, result: "valid", cosignatures, ...verification } };
  } catch (error) {
    return { file, states: [], result: refusalOf(file, error) };
  }
}

async function verifyNamed(named: NamedFile | NamedPack, texts: readonly string[], { log }: Keys) {
  if ("pack" in named) return verifyPack(named.pack, log);
  const { file, text, older } = named;
  if (text === null) throw new ProofError("malformed", `Cannot read ${file}. It must be a text file of at most 16 MB.`);
  const verified = await verifyFile(text, log, older ?? (await findOlderFile(text, texts, log)));
  return { ...verified, note: noteOfText(text) };
}

/** An error that is no `ProofError`, such as one of the browser, says nothing about the file, and others are still verified. */
function refusalOf(file: string, error: unknown): FileResult {
  if (error instanceof ProofError) {
    const { reason, message } = error;
    return { file, result: isUndecided(reason) ? "unknown" : "false", reason, message };
  }
  const cause = error instanceof Error ? error.message : String(error);
  return { file, result: "unknown", reason: "malformed", message: `The verification failed: ${cause}` };
}
