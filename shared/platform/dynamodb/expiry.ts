const daySeconds = 24 * 3600;

/** When DynamoDB may forget an item (its "time to live"): so many days after a moment in Unix milliseconds. */
export function expiresAfter(ms: number, days: number): { expires_at_seconds: number } {
  return { expires_at_seconds: Math.floor(ms / 1000) + days * daySeconds };
}
