import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, join, resolve } from "node:path";
import { env, execPath } from "node:process";
import { text } from "node:stream/consumers";
import { parseEnv } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { startDynamoDb } from "#infra/local/emulators/dynamodb.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

// A project folder of the test's own, so that an `npm start` of the developer is not disturbed.
const project = mkdtempSync(join(tmpdir(), "start-"));
copyProject(project);
const stackFile = join(project, ".local/stack.json");
const envFile = join(project, ".local/stack.env");
/** Of the data folder that the tests give. */
const engineLog = join(project, "data/logs/dynamodb-local.log");
const started: ChildProcess[] = [];
const { PATH } = env;

afterEach(async () => {
  for (const child of started.splice(0)) await ended(child, "SIGKILL");
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Copies what `npm start` needs, with a link to the packages. */
function copyProject(folder: string): void {
  const original = resolve(import.meta.dirname, "../../..");
  for (const part of ["cdk.json", "clients", "functions", "infra", "package.json", "shared"]) {
    const filter = (path: string) => basename(path) !== "node_modules";
    cpSync(join(original, part), join(folder, part), { recursive: true, filter });
  }
  symlinkSync(join(original, "node_modules"), join(folder, "node_modules"));
}

function start(args: string[], path = PATH, cwd = project) {
  const child = spawn(execPath, ["infra/local/main.ts", "--port", "0", ...args], {
    cwd,
    env: { PATH: path },
  });
  started.push(child);
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    output.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.err += chunk;
  });
  return { child, output };
}

/** The exit code, once a process has got this signal and is gone. */
async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exit = once(child, "exit");
  if (signal !== undefined) child.kill(signal);
  await exit;
  return child.exitCode;
}

const Running = z.object({
  api: z.string(),
  endpoints: z.object({ lambda: z.string() }),
  functions: z.object({ admin: z.string() }),
});

async function running() {
  await until(() => existsSync(stackFile), { deadlineMs: 90_000 });
  return Running.parse(JSON.parse(readFileSync(stackFile, "utf8")));
}

/** Origin of the DynamoDB engine that was started last. */
function engine(): string {
  return `http://127.0.0.1:${readFileSync(engineLog, "utf8")
    .match(/(?<=listening on )\d+/g)
    ?.at(-1)}`;
}

function serves(origin: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(Number(new URL(origin).port), "127.0.0.1");
    socket.once("connect", () => socket.destroy() && settle(true));
    socket.once("error", () => settle(false));
  });
}

async function organisations(stack: z.infer<typeof Running>, request: Record<string, unknown>): Promise<string> {
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  const lambda = new LambdaClient({ region: "us-east-1", credentials, endpoint: stack.endpoints.lambda });
  const { admin } = stack.functions;
  const answer = await lambda.send(new InvokeCommand({ FunctionName: admin, Payload: JSON.stringify(request) }));
  return answer.Payload?.transformToString() ?? "";
}

/** Asks the audit logs, from the folder of the project. */
async function review(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = resolve(import.meta.dirname, "../../../clients/cli/main.ts");
  const child = spawn(execPath, [main, "audit", "administration", "--since", "1h", ...args], {
    cwd: project,
    env: {},
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const [code] = await once(child, "close");
  return { code, out: await out, err: await err };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("npm start", () => {
  it("serves, keeps its data after a crash, rejects a second start, and leaves no process", async () => {
    const options = ["--empty", "--data", join(project, "data")];
    const crashed = start(options).child;
    const first = await running();
    await organisations(first, { action: "org.create", org_id: "org_kept" });

    const second = start(options);
    expect(await ended(second.child)).toBe(1);
    expect(second.output.err).toMatch(/^Process \d+ already runs with .+: stop it first .+\n$/);
    expect(await serves(first.api)).toBe(true);

    await ended(crashed, "SIGKILL");
    expect(existsSync(stackFile)).toBe(true);
    const gone = await review();
    expect(gone).toMatchObject({ code: 1, out: "", err: expect.stringContaining("--from-files") });

    rmSync(stackFile);
    const { child, output } = start(options);
    const again = await running();
    expect(parseEnv(readFileSync(envFile, "utf8"))).toMatchObject({ ACTIVITY_API: again.api });
    expect(await organisations(again, { action: "org.list" })).toContain("org_kept");
    await until(() => output.out.includes(`The activity log serves at ${again.api}\n`));
    const asked = Date.now();
    expect(await ended(child, "SIGTERM")).toBe(0);
    expect(Date.now() - asked).toBeLessThan(3_000 * slowness());
    expect(await Promise.all([again.api, again.endpoints.lambda, engine()].map(serves))).toEqual([false, false, false]);
    expect([stackFile, envFile].filter(existsSync)).toEqual([]);

    // The logs lie with the data, of both starts, and are read on request.
    const left = await review("--from-files", join(project, "data"), "--org", "org_kept");
    expect(left).toMatchObject({ code: 0, out: expect.stringMatching(/org\.create +done +org_kept/) });
    expect(existsSync(join(project, ".local/memory"))).toBe(false);
  });

  it("stops when it is interrupted during the start", async () => {
    const { child, output } = start(["--empty"]);
    await until(() => output.err.includes("Starting the functions"), { deadlineMs: 90_000 });
    expect(await ended(child, "SIGINT")).toBe(130);
    expect(existsSync(join(project, ".local/lock"))).toBe(false);
  });

  it("leaves no process when it is interrupted during the synthesis", async () => {
    const hanging = mkdtempSync(join(project, "hanging-"));
    copyProject(hanging);
    writeFileSync(join(hanging, "cdk.json"), JSON.stringify({ app: "node app.mjs" }));
    const app = `import { writeFileSync } from "node:fs";
      writeFileSync("app.pid", String(process.pid));
      setInterval(() => writeFileSync(process.env.CDK_OUTDIR + "/part", ""), 10);`;
    writeFileSync(join(hanging, "app.mjs"), app);
    const { child } = start(["--empty"], PATH, hanging);
    const pidFile = join(hanging, "app.pid");
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "", { deadlineMs: 60_000 });
    expect(await ended(child, "SIGTERM")).toBe(130);
    await until(() => !isAlive(Number(readFileSync(pidFile, "utf8"))));

    // Its incomplete output does not disturb the next start.
    writeFileSync(join(hanging, "app.mjs"), "process.exit(7);");
    const next = start(["--empty"], PATH, hanging);
    expect(await ended(next.child)).toBe(1);
    expect(next.output.err).toContain("The stack could not be synthesized");
    expect(readdirSync(join(hanging, ".local")).filter((name) => name.startsWith("cdk.out"))).toHaveLength(1);
  });

  it("prints commands that run in a shell", async () => {
    const { child, output } = start([]);
    await until(() => output.out.includes("npm run activity -- help"), { deadlineMs: 90_000 });
    const script = join(project, "banner.sh");
    writeFileSync(script, output.out);
    const shell = spawn("bash", ["-eu", "-o", "pipefail", script], { cwd: project, env: { PATH, HOME: project } });
    const [out, err] = [text(shell.stdout), text(shell.stderr)];
    const [code] = await once(shell, "close");
    expect({ code, err: await err }).toEqual({ code: 0, err: expect.not.stringContaining("not found") });
    const shown = await out;
    expect(shown).not.toContain('"error"');
    expect(shown).toContain('"page_context"'); // FinzBooks
    expect(shown).toContain("INVOICE_PAID"); // the table
    expect(shown).toContain("<activities"); // SimplyBooks
    expect(shown).toContain('"created_at"'); // Fakturoid
    expect(shown).toContain("<!doctype html>");
    expect(await ended(child, "SIGTERM")).toBe(0);
  });

  it("fails with one line when the port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port.");
    const { child, output } = start(["--port", String(address.port)]);
    expect(await ended(child)).toBe(1);
    expect(output.err.split("\n").at(-2)).toMatch(`Port ${address.port} is in use: stop what uses it`);
    server.close();
  });

  it("fails with one line when the data folder is not usable", async () => {
    const file = join(project, "file");
    writeFileSync(file, "");
    const { child, output } = start(["--data", file]);
    expect(await ended(child)).toBe(1);
    expect(output.err).toMatch(/^The folder .+ cannot be written .+: choose another one\n$/);
  });

  it("fails with one line when another database has locked the data", async () => {
    const data = mkdtempSync(join(project, "held-"));
    const holder = await startDynamoDb({ java: { hasCompiler: true }, data, logFile: join(data, "log") });
    const { child, output } = start(["--empty", "--data", data]);
    expect(await ended(child)).toBe(1);
    expect(output.err.split("\n").at(-2)).toBe(
      `The data in ${data} cannot be used (another DynamoDB Local has it open): choose another folder with --data`,
    );
    await holder.stop();
  });

  it.each(["exit 127", "echo java.base@11.0.2"])(
    "fails with one line when Java is missing or too old (%s)",
    async (does) => {
      const bin = mkdtempSync(join(project, "bin-"));
      writeFileSync(join(bin, "java"), `#!/bin/sh\n${does}\n`);
      chmodSync(join(bin, "java"), 0o755);
      const { child, output } = start([], [bin, PATH].join(delimiter));
      expect(await ended(child)).toBe(1);
      expect(output.err).toBe("Java 17 or newer is needed to run DynamoDB Local: install it and run npm start again\n");
    },
  );
});
