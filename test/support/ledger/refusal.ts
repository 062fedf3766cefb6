import { ProofError, type ProofErrorReason } from "#shared/ledger/proof-error.ts";

/** Returns why something is refused: `null` if it is not. Other errors are thrown. */
export async function refusalOf(run: () => unknown): Promise<ProofErrorReason | null> {
  try {
    await run();
    return null;
  } catch (error) {
    if (error instanceof ProofError) return error.reason;
    throw error;
  }
}
