import type { SourceFile } from "./import-graph.ts";

/** A word or phrase that is not used, and what to write instead. */
export type BannedTerm = {
  /** Matched in any case. A single word is also found inside of identifiers: `toldSettings`. */
  readonly pattern: RegExp;
  readonly instead: string;
};

/** Terms that are private to this project, or that make sentences hard to read (docs/glossary.md). */
export const bannedTerms: readonly BannedTerm[] = [
  { pattern: /\bworlds?\b/i, instead: "ports, environment" },
  { pattern: /\b(?:told|tells|telling|tell of)\b/i, instead: "notified, reported, returned, recorded" },
  { pattern: /\btroubles?\b/i, instead: "transient error" },
  { pattern: /\b(?:judges?|judged|verdicts?)\b/i, instead: "evaluate, classify, result" },
  { pattern: /\b(?:a|the|its|this|each|every|one|same|take) turns?\b/i, instead: "batch, run" },
  // `parked:` is a property of stored messages.
  { pattern: /\b(?:parks?|parked(?!:)|parking)\b/i, instead: "defer, reschedule" },
  { pattern: /\bputs? off\b/i, instead: "postpone, defer" },
  { pattern: /\b(?:a|the|its|this|that|each|every|same|of|no) places?\b/i, instead: "position, page checkpoint" },
  { pattern: /\b(?:whoever|whomever|somebody|nobody|everybody)\b/i, instead: "the caller, the client, the role" },
  { pattern: /\b(?:him|his)\b/i, instead: "the user's, its" },
  { pattern: /\b(?:is|are|be|was|were) none\b/i, instead: "no X exists, is not an X" },
  { pattern: /\bat once\b/i, instead: "immediately, or concurrently" },
  { pattern: /\b(?:pure rooms?|the house|of the house|house-made)\b/i, instead: "architecture, module" },
  { pattern: /\b(?:thrives?|thriving|overslept)\b/i, instead: "is healthy" },
];

/** Returns the lines with banned terms, as `path:line: text`. Identifiers are read as the words that they consist of. */
export function bannedTermsIn({ path, text }: SourceFile): readonly string[] {
  return text.split("\n").flatMap((line, at) => {
    const words = line.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");
    return bannedTerms.flatMap(({ pattern, instead }) => {
      const found = pattern.exec(words);
      return found === null ? [] : [`${path}:${at + 1}: "${found[0]}" is not used here: ${instead}`];
    });
  });
}
