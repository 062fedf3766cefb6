import type { PackManifest } from "#shared/ledger/pack/manifest.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

/** Returns the instructions in a pack, for a reader who did not make it. */
export function formatPackReadme({ origin, first, last, selection }: Omit<PackManifest, "format">): string {
  return `Export of the activity log ${toPrintable(origin)}
Entries ${first} to ${last}

WHAT THIS IS

Each line of the files events-*.jsonl is one entry of the log, in order, with its number, the time at
which the log took it, and the event as it was stored. The file "checkpoint" states how many entries
the log has, and is signed. From the entries anyone can compute what was signed.
${selection === null ? "" : `\n${formatSelection(selection)}`}
HOW TO VERIFY IT

You need Node 20 or later (https://nodejs.org) and the verification key of the log. Get the key from
the operator of the log in another way, for example from a contract: a key that comes with the files
proves nothing. The program is one file that needs no network, verify.mjs. Take it from where the
software is published, or from someone who does not depend on the operator, and compare its SHA-256
with the one that is published there: the copy in this folder is for convenience, and could have
been made to say "Valid". In this folder, run

  node verify.mjs . --key VERIFICATION_KEY

"Valid" means: these are the entries of the log in this range, and none of them is missing, changed
or moved. The result names how many events have no content here; the reasons given for that are not
signed. "False" names the first entry that is not what was signed.

WHAT IT DOES NOT SHOW

- That an event is true, or that something happened that was never written to the log.
- That the operator shows everyone the same log: compare the checkpoint with one that another party
  has kept. A consistency proof shows whether one continues the other.
- The tables events-*.csv, if there are any, are for reading. Only the .jsonl files are verified.
`;
}

function formatSelection({ since, until }: NonNullable<PackManifest["selection"]>): string {
  const range = [since === null ? "" : ` from ${since}`, until === null ? "" : ` until ${until}`].join("");
  return `SELECTION: only events that occurred${range} have their content. Completeness is
not shown: the other entries have only their digests, so that it cannot be checked that none of them
belongs to the selection.
`;
}
