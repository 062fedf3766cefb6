import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process, { stderr, stdout } from "node:process";
import * as z from "zod";
import { environment } from "#infra/local/environment.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { isInstalled } from "#test/clients/tools.ts";
import { toLine, vectors } from "./vectors.ts";

const snippets = resolve(import.meta.dirname, "../../docs/snippets");
const folder = mkdtempSync(join(tmpdir(), "activity-log-snippets-"));

const queueUrl = "https://sqs.us-east-1.amazonaws.com/111122223333/ingest";

/** A message, without any other parameter. */
const messageSchema = z.strictObject({ QueueUrl: z.string(), MessageGroupId: z.string(), MessageBody: z.string() });

type Program = { readonly command: string; readonly args: readonly string[] };

type Language = {
  readonly name: string;
  /** A compiler or interpreter, and the argument by which it prints its version. */
  readonly tool: readonly [command: string, versionArgument: string];
  /** Writes and compiles the program that reads the vectors, and returns how to run it. */
  readonly prepare: (workspace: string) => Program;
};

const languages: readonly Language[] = [
  { name: "Python", tool: ["python3", "--version"], prepare: preparePython },
  { name: "Go", tool: ["go", "version"], prepare: prepareGo },
  { name: "Java", tool: ["javac", "--version"], prepare: prepareJava },
];

try {
  for (const language of languages) check(language);
  checkSentEvent();
  checkConsumer();
  // verify.php and Verify.cs are not run by any check.
  stdout.write("PHP, C#: not run\n");
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function check({ name, tool, prepare }: Language): void {
  const [command] = tool;
  if (!isInstalled(...tool)) {
    stdout.write(`${name}: SKIPPED, ${command} is not installed\n`);
    return;
  }
  const workspace = join(folder, name);
  mkdirSync(workspace);
  const results = run(prepare(workspace), workspace, vectors.map(toLine).join("\n")).trimEnd().split("\n");
  const wrong = vectors.filter(({ isValid }, at) => results[at] !== (isValid ? "accepted" : "refused"));
  if (results.length !== vectors.length || wrong.length > 0) {
    throw new Error(`${name}: wrong for ${wrong.map((vector) => vector.name).join(", ") || "the number of results"}.`);
  }
  stdout.write(`${name}: ${vectors.length} requests verified correctly\n`);
}

/** Runs docs/snippets/send_event.py without boto3, and validates the event that it sends. */
function checkSentEvent(): void {
  if (!isInstalled("python3", "--version")) return;
  const workspace = join(folder, "send");
  mkdirSync(workspace);
  copyFileSync(join(snippets, "send_event.py"), join(workspace, "send_event.py"));
  copyFileSync(join(import.meta.dirname, "check_send.py"), join(workspace, "check_send.py"));
  const sent = run({ command: "python3", args: ["check_send.py"] }, workspace, "");
  const { QueueUrl, MessageGroupId, MessageBody } = messageSchema.parse(JSON.parse(sent));
  const { event } = parseEvent(MessageBody, { now: new Date(), entropy: "" });
  if (QueueUrl !== queueUrl || MessageGroupId !== event.org_id) throw new Error(`send_event.py: wrong message ${sent}`);
  stdout.write("Python: send_event.py sends a valid event\n");
}

function checkConsumer(): void {
  if (!isInstalled("python3", "--version")) return;
  copyFileSync(join(snippets, "consume_changes.py"), join(folder, "consume_changes.py"));
  copyFileSync(join(import.meta.dirname, "check_consume.py"), join(folder, "check_consume.py"));
  const result = run({ command: "python3", args: ["check_consume.py"] }, folder, "").trim();
  if (result !== "consumed") throw new Error(`consume_changes.py: ${result}`);
  stdout.write("Python, changes: consumed each once\n");
}

function preparePython(workspace: string): Program {
  copyFileSync(join(snippets, "verify.py"), join(workspace, "verify.py"));
  copyFileSync(join(import.meta.dirname, "check_verify.py"), join(workspace, "check_verify.py"));
  return { command: "python3", args: ["check_verify.py"] };
}

function prepareGo(workspace: string): Program {
  mkdirSync(join(workspace, "webhooks"));
  copyFileSync(join(snippets, "verify.go"), join(workspace, "webhooks/verify.go"));
  copyFileSync(join(import.meta.dirname, "check_verify.go"), join(workspace, "main.go"));
  writeFileSync(join(workspace, "go.mod"), "module example.com/snippets\n\ngo 1.21\n");
  return { command: "go", args: ["run", "."] };
}

function prepareJava(workspace: string): Program {
  copyFileSync(join(snippets, "Verify.java"), join(workspace, "Verify.java"));
  copyFileSync(join(import.meta.dirname, "CheckVerify.java"), join(workspace, "CheckVerify.java"));
  run({ command: "javac", args: ["-Xlint:all", "-Werror", "CheckVerify.java", "Verify.java"] }, workspace, "");
  return { command: "java", args: ["-cp", ".", "CheckVerify"] };
}

function run({ command, args }: Program, cwd: string, input: string): string {
  const {
    status,
    stdout: output,
    stderr: errors,
  } = spawnSync(command, args, {
    cwd,
    input,
    encoding: "utf8",
    env: { ...environment, GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local", INGEST_QUEUE_URL: queueUrl },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${errors}`);
  return output;
}
