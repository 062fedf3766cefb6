import type { EntryKind } from "#shared/ledger/entry.ts";
import type { Cosignature } from "#shared/ledger/formats/cosignature.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";
import type { FileResult } from "./file-result.ts";
import type { Verification } from "./verify-file.ts";
import type { PackVerification } from "./verify-pack.ts";

/**
 * Returns a sentence about a file, followed by the event on a line of its own if the file has it. Safe for a terminal: files,
 * also those that nothing has signed, could otherwise write what looks like a result.
 */
export function formatFileResult(result: FileResult): string {
  if (result.result !== "valid") {
    return toPrintable(`${result.result === "false" ? "False" : "Cannot tell"}: ${result.file}: ${result.message}`);
  }
  const lines = result.proves === "pack" ? [describePack(result)] : describe(result);
  const first = `${result.proves === "pack" ? headingOf(result) : "Valid"}: ${result.file}: ${lines[0]}`;
  return [first, ...lines.slice(1), ...result.cosignatures.map(describeCosignature)].map(toPrintable).join("\n");
}

/** What an entry of a kind other than an event is. */
export const kindNames: Readonly<Record<Exclude<EntryKind, "event">, string>> = {
  tamper: "a refused change of the log of events",
  anchor: "an anchor",
};

function describe(found: Verification): string[] {
  const { proves, origin, size, root, sequence, sealed_at, kind, event } = found;
  switch (proves) {
    case "inclusion": {
      const entry = `entry ${sequence} of ${origin}, sealed at ${sealed_at}, is in the log of ${size} entries (root ${root}).`;
      if (kind !== null && kind !== "event") return [entry, `The entry is not an event, but ${kindNames[kind]}.`];
      return [entry, event ?? "The proof does not include the event."];
    }
    case "consistency":
      return [
        `the log ${origin} of ${size} entries (root ${root}) begins with the ${sequence} entries of the older checkpoint, unchanged.`,
      ];
    case "anchor":
      return [`an anchor of ${sealed_at} commits to the log ${origin} of ${size} entries (root ${root}).`];
    case "checkpoint":
      return [`the key signed the checkpoint of ${origin} with ${size} entries (root ${root}).`];
  }
}

function headingOf({ selection, events, omitted }: PackVerification): string {
  const { not_selected: _, ...withheld } = omitted;
  const without = Object.values(withheld).reduce((sum, count) => sum + count, 0);
  if (selection !== null) return without === 0 ? "Valid selection" : `Valid selection, without ${without} events`;
  return without === 0 ? "Valid" : `Valid, without ${without} of ${events + without} events`;
}

function describePack({
  origin,
  first,
  last,
  size,
  root,
  selection,
  events,
  omitted,
  others,
}: PackVerification): string {
  const chain = `entries ${first} to ${last} lead to the checkpoint of ${origin} with ${size} entries (root ${root})`;
  const counts = [
    `${events} events are as they were logged`,
    ...Object.entries(omitted).map(([reason, count]) => `${count} are left out as ${reason.replace("_", " ")}`),
    ...(others === 0 ? [] : [`${others} entries are not events`]),
  ];
  const complete =
    selection === null
      ? "No entry is missing, changed or moved."
      : "That all events of the selection are there is not shown.";
  return `${chain}: ${counts.join(", ")}. ${complete}${describeOmissions(omitted)}`;
}

function describeOmissions({ not_selected: _, ...withheld }: PackVerification["omitted"]): string {
  return Object.keys(withheld).length === 0 ? "" : " The reasons for which events are left out are not signed.";
}

function describeCosignature({ witness, time }: Cosignature): string {
  return `The witness ${witness} has signed it at ${new Date(time * 1_000).toISOString()}.`;
}
