/**
 * Smoke tests that fail because of a limit of the emulator, such as "test/smoke/http.test.ts: CORS answers a preflight", with
 * the reason. The run fails when another test fails, or when one of these passes.
 */
export const expectedFailures: Readonly<Record<string, string>> = {};
