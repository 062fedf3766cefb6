/** Returns the entry of a table for a word of the wire, which may also be `constructor`; `undefined` if it has no entry. */
export function lookup<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
