export const usage = `Usage: node activity-verify.mjs FILE|DIR… --key VKEY [--checkpoint FILE] [--witness VKEY] [--json]

Verifies proofs, checkpoints and exports of an activity log, without a network.

  FILE               a proof (.tlog-proof), a checkpoint or a consistency proof
  DIR                an export of a log
  --key VKEY         the verification key of the log, as its operator handed it over; may
                     be repeated if it was replaced
  --checkpoint FILE  for a consistency proof: the older checkpoint
  --witness VKEY     a witness that must have signed the checkpoint, may be repeated
  --json             prints one JSON document

Exits with 0 if all files are valid, with 1 if one is false, and else with 2 if one is not certain.
Exits with 3 if all are valid, but an export lacks events that its operator has lost or changed.`;

/** The arguments are wrong. The message has the usage. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export class UnreadableFileError extends Error {
  override readonly name = "UnreadableFileError";
}
