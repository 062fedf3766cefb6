import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, type CommandResult, exitCodes } from "#clients/cli/command-result.ts";
import type { Verification } from "#clients/cli/verify/verify-file.ts";
import type { ProofErrorReason } from "#shared/ledger/proof-error.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "Verifies a proof or a checkpoint offline. Exits with 1 if it is false, with 2 if neither is certain.",
  examples: [
    "verify 4711.tlog-proof --key activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    "verify consistency.txt --checkpoint may.txt --key activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
  ],
  operands: ["FILE"],
  options: {
    key: { value: "VKEY", help: "the verification key of the log, as its operator handed it over", required: true },
    checkpoint: { value: "FILE", help: "for a consistency proof: the older checkpoint" },
  },
  async run({ operand, text }, context) {
    const file = operand("FILE");
    const content = await readText(context, file);
    const older = text("checkpoint");
    const olderNote = older === undefined ? null : await readText(context, older);
    const { ProofError } = await import("#shared/ledger/proof-error.ts");
    const { parseVerificationKey } = await import("#shared/ledger/formats/verification-key.ts");
    const { verifyFile } = await import("#clients/cli/verify/verify-file.ts");
    try {
      return toValid(await verifyFile(content, parseVerificationKey(text("key") ?? ""), olderNote));
    } catch (error) {
      if (error instanceof ProofError) return toRefused(file, error.reason, error.message);
      throw error;
    }
  },
});

async function readText(context: CommandContext, file: string): Promise<string> {
  try {
    return await readFile(resolve(context.cwd, file), "utf8");
  } catch (cause) {
    throw new CliError("usage", `Cannot read ${file}.`, { cause });
  }
}

function toValid(verification: Verification): CommandResult {
  return { text: describe(verification), json: { result: "valid", ...verification } };
}

function describe({ proves, origin, size, sequence, sealed_at, event }: Verification): string {
  switch (proves) {
    case "inclusion":
      return `Valid: entry ${sequence} of ${origin}, sealed at ${sealed_at}, is in the log of ${size} entries.\n${event ?? "The proof does not include the event."}`;
    case "consistency":
      return `Valid: the log ${origin} of ${size} entries begins with the ${sequence} entries of the older checkpoint, unchanged.`;
    case "checkpoint":
      return `Valid: the key signed the checkpoint of ${origin} with ${size} entries.`;
  }
}

/** With these, nothing is known to be wrong with the log. */
const undecided: readonly ProofErrorReason[] = ["malformed", "unsupported-key", "unknown-signer"];

function toRefused(file: string, reason: ProofErrorReason, message: string): CommandResult {
  const isUndecided = undecided.includes(reason);
  return {
    text: `${isUndecided ? "Cannot tell" : "False"}: ${file}: ${message}`,
    json: { result: isUndecided ? "unknown" : "false", reason, message },
    exit: isUndecided ? exitCodes.usage : exitCodes.failed,
  };
}
