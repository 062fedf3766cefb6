import type { AuditLog } from "./audit-log.ts";

/**
 * Returns an audit log whose `put` throws after `limitMs`, so that a hanging log does not use up the time of the
 * function. Entries of an abandoned call may still be stored.
 */
export function withAuditLogTimeout(
  log: AuditLog,
  limitMs: number,
  sleep: (milliseconds: number) => Promise<unknown>,
): AuditLog {
  return {
    async put(entries) {
      const timeout = async () => {
        await sleep(limitMs);
        throw new Error(`The audit log did not accept the entries within ${limitMs} ms.`);
      };
      await Promise.race([log.put(entries), timeout()]);
    },
  };
}
