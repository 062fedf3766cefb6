import { ProofError } from "#shared/ledger/proof-error.ts";

const decimalPattern = /^(?:0|[1-9][0-9]*)$/;

/**
 * Returns a count or an index in decimal digits. Throws `ProofError` if it has a sign or a leading zero, or is larger than
 * 2^53 − 1, which a number cannot represent exactly. `subject` names the text.
 */
export function parseDecimal(text: string, subject: string): number {
  const value = Number(text);
  if (decimalPattern.test(text) && Number.isSafeInteger(value)) return value;
  throw new ProofError("malformed", `${subject} is not a decimal number up to 2^53 - 1 without leading zeros.`);
}
