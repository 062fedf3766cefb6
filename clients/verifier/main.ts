import { readFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { exitCodeOf } from "#shared/ledger/verification/file-result.ts";
import { formatFileResult } from "#shared/ledger/verification/format-result.ts";
import { verifyFiles } from "#shared/ledger/verification/verify-files.ts";
import { toPrintable, toPrintableJson } from "#shared/platform/text/printable.ts";
import { readOperand } from "./read-operand.ts";
import { UnreadableFileError, UsageError, usage } from "./usage.ts";

process.exitCode = await main(process.argv.slice(2));

/** Verifies the files of a command line. Returns the exit code: 2 as well if the arguments are wrong. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { keys, files, checkpoint, witnesses, asJson } = parse(args);
    const older = checkpoint === undefined ? null : readText(checkpoint);
    const named = await Promise.all(files.map((file) => readOperand({ file, path: file, older })));
    const results = await verifyFiles(named, { log: keys, witnesses });
    const text = asJson ? toPrintableJson(JSON.stringify({ results })) : results.map(formatFileResult).join("\n");
    process.stdout.write(`${text}\n`);
    return exitCodeOf(results);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UnreadableFileError)) throw error;
    process.stderr.write(`${error.message.split("\n").map(toPrintable).join("\n")}\n`);
    return 2;
  }
}

function parse(args: readonly string[]) {
  const options = {
    key: { type: "string", multiple: true },
    checkpoint: { type: "string" },
    witness: { type: "string", multiple: true },
    json: { type: "boolean" },
  } as const;
  try {
    const { values, positionals: files } = parseArgs({ args: [...args], options, allowPositionals: true });
    const { key: keys = [], checkpoint, witness: witnesses = [], json: asJson = false } = values;
    if (keys.length === 0 || files.length === 0) throw new UsageError(usage);
    return { keys, files, checkpoint, witnesses, asJson };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n${usage}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new UnreadableFileError(`Cannot read ${file}.`, { cause });
  }
}
