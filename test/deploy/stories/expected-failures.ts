/**
 * Stories that fail on the emulator through its own fault, as "test/smoke/http.test.ts: a browser app may ask", each with
 * the reason. The run fails when another one fails, and when one of these passes.
 */
export const expectedFailures: Readonly<Record<string, string>> = {};
