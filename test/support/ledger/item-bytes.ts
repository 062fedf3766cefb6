import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";

/** Bytes of an item as DynamoDB counts them: names and values; a number has a byte for each two digits, and one more. */
export function itemBytes(item: AttributeMap): number {
  return Object.entries(item).reduce((sum, [name, { S = "", N, B }]) => {
    const number = N === undefined ? 0 : Math.ceil(N.length / 2) + 1;
    return sum + name.length + Buffer.byteLength(S) + number + (B?.length ?? 0);
  }, 0);
}

/** Units of one query: half a unit for each 4 KB begun, of all its items together, and twice as much if consistent. */
export function queryUnits(items: readonly number[], isConsistent = false): number {
  const bytes = items.reduce((sum, one) => sum + one, 0);
  return (Math.max(1, Math.ceil(bytes / 4_096)) / 2) * (isConsistent ? 2 : 1);
}
