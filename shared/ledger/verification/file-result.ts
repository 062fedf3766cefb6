import type { Cosignature } from "#shared/ledger/formats/cosignature.ts";
import type { ProofErrorReason } from "#shared/ledger/proof-error.ts";
import type { Verification } from "./verify-file.ts";
import type { PackVerification } from "./verify-pack.ts";

/** What is known of a file after its verification. */
export type FileResult = { readonly file: string } & (
  | ({
      readonly result: "valid";
      /** Of the witnesses that were given, all of which have signed its checkpoint. */
      readonly cosignatures: readonly Cosignature[];
    } & (Verification | PackVerification))
  /** `false`: the file contradicts the key, itself or another file. `unknown`: nothing is known to be wrong with the log. */
  | { readonly result: "false" | "unknown"; readonly reason: ProofErrorReason; readonly message: string }
);

/**
 * Returns the exit code of a program: 0 if all files are valid, 1 if one is false, 2 if none is and one is unknown, and 3 if
 * all are valid, but an export lacks events that its operator has lost or changed.
 */
export function exitCodeOf(results: readonly FileResult[]): 0 | 1 | 2 | 3 {
  if (results.some(({ result }) => result === "false")) return 1;
  if (results.some(({ result }) => result === "unknown")) return 2;
  return results.some(lacksEvents) ? 3 : 0;
}

function lacksEvents(result: FileResult): boolean {
  if (result.result !== "valid" || result.proves !== "pack") return false;
  return (result.omitted.missing ?? 0) + (result.omitted.tampered ?? 0) > 0;
}
