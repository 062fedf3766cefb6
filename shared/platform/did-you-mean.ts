/** The candidate that a mistyped word most likely means, or `null` where none is close. */
export function findNearest(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = Math.floor(word.length / 2) + 1;
  for (const candidate of candidates) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/** ` Did you mean …?`, or nothing. */
export function formatSuggestion(word: string, candidates: Iterable<string>): string {
  const candidate = findNearest(word, candidates);
  return candidate === null ? "" : ` Did you mean ${candidate}?`;
}

/**
 * Insertions, deletions and replacements that make one word of the other (Levenshtein), a row of the table at a time.
 */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...left].entries()) {
    const next = [at + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
