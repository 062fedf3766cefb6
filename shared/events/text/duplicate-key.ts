const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/gs;

/**
 * Returns the first key that an object in a JSON text has twice, or `null`. `JSON.parse` would silently keep only the
 * last value. The text must be valid JSON.
 */
export function findDuplicateKey(text: string): string | null {
  // The keys of each open object, outermost first; `null` for an array.
  const open: (Set<string> | null)[] = [];
  let previous = "";
  for (const [current] of text.matchAll(token)) {
    if (current === "{") open.push(new Set());
    else if (current === "[") open.push(null);
    else if (current === "}" || current === "]") open.pop();
    else if (current !== "," && (previous === "{" || previous === ",")) {
      const keys = open.at(-1);
      const key = String(JSON.parse(current));
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    previous = current;
  }
  return null;
}
