/** Returns the candidate closest to a mistyped word; `null` if none is close. */
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

/** Returns ` Did you mean …?`, or an empty text. */
export function formatSuggestion(word: string, candidates: Iterable<string>): string {
  const candidate = findNearest(word, candidates);
  return candidate === null ? "" : ` Did you mean ${candidate}?`;
}

/** Returns the Levenshtein distance of two words. */
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
