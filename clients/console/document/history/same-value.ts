/** Whether two values of a field are the same. `null`, an empty text and an absent value are; the order of keys is ignored. */
export function isSameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || (isEmpty(one) && isEmpty(other))) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [entries, others] = [Object.entries(one), new Map(Object.entries(other))];
  return entries.length === others.size && entries.every(([key, value]) => isSameEntry(others, key, value));
}

function isSameEntry(entries: ReadonlyMap<string, unknown>, key: string, value: unknown): boolean {
  return entries.has(key) && isSameValue(value, entries.get(key));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}
