import type { AuditLog } from "./audit-log.ts";

/**
 * An audit log whose `put` throws after so many milliseconds, so that a log that hangs does not use up the time of the
 * function. Entries of a call that was left may still arrive.
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
        throw new Error(`The audit log has not taken its entries within ${limitMs} ms.`);
      };
      await Promise.race([log.put(entries), timeout()]);
    },
  };
}
