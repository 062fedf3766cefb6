import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";

export const verify = defineCommand({
  name: "verify",
  summary:
    "Verifies proofs, checkpoints and exports offline. Exits with 1 if one is false, with 2 if none is and one is not certain, with 3 if an export lacks lost or changed events.",
  examples: [
    "verify 4711.tlog-proof --key activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    "verify ./log-2026 --key activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
    "verify consistency.txt --checkpoint may.txt --key activity.example.com/org_8f9a1c2d+d34bdf3b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
  ],
  operands: ["FILE|DIR…"],
  options: {
    key: {
      value: "VKEY",
      help: "the verification key of the log, as its operator handed it over; several if it was replaced",
      required: true,
      multiple: true,
    },
    checkpoint: { value: "FILE", help: "for a consistency proof: the older checkpoint" },
    witness: { value: "VKEY", help: "a witness that must have signed the checkpoint too", multiple: true },
  },
  async run({ operands, text, list }, context) {
    const older = text("checkpoint");
    const olderNote = older === undefined ? null : await readText(context, older);
    const { readOperand } = await import("#clients/verifier/read-operand.ts");
    const files = await Promise.all(
      operands.map((file) => readOperand({ file, path: resolve(context.cwd, file), older: olderNote })),
    );
    const { exitCodeOf } = await import("#shared/ledger/verification/file-result.ts");
    const { formatFileResult } = await import("#shared/ledger/verification/format-result.ts");
    const { verifyFiles } = await import("#shared/ledger/verification/verify-files.ts");
    const results = await verifyFiles(files, { log: list("key"), witnesses: list("witness") });
    return { text: results.map(formatFileResult).join("\n"), json: { results }, exit: exitCodeOf(results) };
  },
});

async function readText(context: CommandContext, file: string): Promise<string> {
  try {
    return await readFile(resolve(context.cwd, file), "utf8");
  } catch (cause) {
    throw new CliError("usage", `Cannot read ${file}.`, { cause });
  }
}
