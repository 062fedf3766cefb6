import { type Cosignature, verifyCosignatures } from "#shared/ledger/formats/cosignature.ts";
import { parseVerificationKey, type VerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { packFiles } from "#shared/ledger/pack/manifest.ts";
import { isUndecided, ProofError, type ProofErrorReason } from "#shared/ledger/proof-error.ts";
import { noteOfText, type Verification, verifyFile } from "./verify-file.ts";
import { type PackReader, type PackVerification, verifyPack } from "./verify-pack.ts";

/** What is known of a file after its verification. */
export type FileResult = { readonly file: string } & (
  | ({
      readonly result: "valid";
      /** Of the witnesses that were given, all of which have signed its checkpoint. */
      readonly cosignatures: readonly Cosignature[];
    } & (Verification | PackVerification))
  /** `false`: the file contradicts the key or itself. `unknown`: nothing is known to be wrong with the log. */
  | { readonly result: "false" | "unknown"; readonly reason: ProofErrorReason; readonly message: string }
);

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

/** Verifies files, independently of each other, with keys that are given as texts. Uses only these, never one from a file. */
export async function verifyFiles(files: readonly (NamedFile | NamedPack)[], keys: KeyTexts): Promise<FileResult[]> {
  const texts = files.flatMap((file) => ("text" in file && file.text !== null ? [file.text] : []));
  const results: FileResult[] = [];
  for (const file of files) results.push(await toResult(file, texts, keys));
  return results;
}

/**
 * Returns the checkpoint of the log and of the size from which a consistency proof leads, among other files; `null` if none
 * has it. Files of several logs may be verified together, and sizes of logs are often the same.
 */
function findOlderCheckpoint(text: string, others: readonly string[]): string | null {
  const [, size] = /^old (\d+)\n/.exec(text) ?? [];
  if (size === undefined) return null;
  const [origin] = noteOfText(text).split("\n", 1);
  return others.find((other) => other.startsWith(`${origin}\n${size}\n`)) ?? null;
}

async function toResult(named: NamedFile | NamedPack, texts: readonly string[], keys: KeyTexts): Promise<FileResult> {
  const { file } = named;
  try {
    const logKeys = keys.log.map((key) => parseVerificationKey(key));
    const witnesses = keys.witnesses.map((witness) => parseVerificationKey(witness, "witness"));
    const verification = await verifyNamed(named, texts, logKeys);
    const cosignatures = witnesses.length === 0 ? [] : await verifyCosignatures(await noteOf(named), witnesses);
    return { file, result: "valid", cosignatures, ...verification };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    const { reason, message } = error;
    return { file, result: isUndecided(reason) ? "unknown" : "false", reason, message };
  }
}

function verifyNamed(named: NamedFile | NamedPack, texts: readonly string[], keys: readonly VerificationKey[]) {
  if ("pack" in named) return verifyPack(named.pack, keys);
  const text = textOf(named);
  return verifyFile(text, keys, named.older ?? findOlderCheckpoint(text, texts));
}

/** Returns the note of the checkpoint that a verified file leads to. It follows the empty line of a proof. */
async function noteOf(named: NamedFile | NamedPack): Promise<string> {
  if ("pack" in named) return named.pack.readText(packFiles.checkpoint);
  return noteOfText(textOf(named));
}

function textOf({ file, text }: NamedFile): string {
  if (text === null) throw new ProofError("malformed", `Cannot read ${file}.`);
  return text;
}

/** Returns the exit code of a program: 0 if all files are valid, 1 if one is false, 2 if none is and one is unknown. */
export function exitCodeOf(results: readonly FileResult[]): 0 | 1 | 2 {
  if (results.some(({ result }) => result === "false")) return 1;
  return results.some(({ result }) => result === "unknown") ? 2 : 0;
}

/** Returns a sentence about a file, followed by the event on a line of its own if the file has it. */
export function formatFileResult(result: FileResult): string {
  if (result.result === "valid")
    return `Valid: ${result.file}: ${describe(result)}${describeWitnesses(result.cosignatures)}`;
  return `${result.result === "false" ? "False" : "Cannot tell"}: ${result.file}: ${result.message}`;
}

function describeWitnesses(cosignatures: readonly Cosignature[]): string {
  return cosignatures
    .map(({ witness, time }) => `\nThe witness ${witness} has signed it at ${new Date(time * 1_000).toISOString()}.`)
    .join("");
}

function describe(found: Verification | PackVerification): string {
  if (found.proves === "pack") return describePack(found);
  const { proves, origin, size, sequence, sealed_at, event } = found;
  switch (proves) {
    case "inclusion":
      return `entry ${sequence} of ${origin}, sealed at ${sealed_at}, is in the log of ${size} entries.\n${event ?? "The proof does not include the event."}`;
    case "consistency":
      return `the log ${origin} of ${size} entries begins with the ${sequence} entries of the older checkpoint, unchanged.`;
    case "anchor":
      return `an anchor of ${sealed_at} commits to the log ${origin} of ${size} entries.`;
    case "checkpoint":
      return `the key signed the checkpoint of ${origin} with ${size} entries.`;
  }
}

function describePack({ origin, first, last, events, omitted, selection }: PackVerification): string {
  const whole = `entries ${first} to ${last} of ${origin} are complete, unchanged and in order. ${events} have their event`;
  const others = Object.entries(omitted).map(([reason, count]) => `${count} ${reason}`);
  const note = selection === null ? "" : " Of a selection, completeness is not shown.";
  return `${whole}${others.length === 0 ? "" : `, ${others.join(", ")}`}.${note}`;
}
