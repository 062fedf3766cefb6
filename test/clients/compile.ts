import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "#test/deploy/programs.ts";
import type { Tools } from "./tools.ts";

const timeoutMs = 300_000;

/**
 * The module of the operations that webhook endpoints receive. The generator for Python writes their parameters without
 * types, for any document with `webhooks`. The package does not import the module.
 */
const defectiveModule = "receiving_api";

const importAll = `
import importlib, pkgutil, openapi_client
for module in pkgutil.walk_packages(openapi_client.__path__, "openapi_client."):
    if not module.name.endswith("${defectiveModule}"):
        importlib.import_module(module.name)
`;

/** Compiles a client for Python and imports each of its modules, in a virtual environment with what it needs. */
export async function compilePython(client: string, { variables, folder }: Tools): Promise<void> {
  const environment = join(folder, "venv");
  const python = join(environment, "bin/python");
  const log = (name: string) => join(folder, `python-${name}.log`);
  const step = { title: "Compile the client for python", variables, timeoutMs };
  const compile = ["-m", "compileall", "-q", "-x", `${defectiveModule}\\.py`, join(client, "openapi_client")];
  await run({ ...step, command: "python3", args: compile, log: log("compile") });
  const defective = join(client, "openapi_client/api", `${defectiveModule}.py`);
  const expected = { ...step, title: `${defectiveModule}.py compiles now: include it` };
  await run({ ...expected, command: "python3", args: ["-m", "py_compile", defective], log: log("defect") }, [1]);

  await run({ ...step, command: "python3", args: ["-m", "venv", environment], log: log("venv") });
  const requirements = join(import.meta.dirname, "requirements.txt");
  const install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements];
  await run({ ...step, command: python, args: install, log: log("install") });
  const withClient = { ...variables, PYTHONPATH: client };
  await run({ ...step, command: python, args: ["-c", importAll], variables: withClient, log: log("import") });
}

/** Compiles a client of openapi-generator for Go, which needs nothing but the standard library. */
export async function compileGo(client: string, { variables, folder }: Tools): Promise<void> {
  const log = join(folder, "go-build.log");
  const args = ["-C", client, "build", "-mod=mod", "./..."];
  await run({ title: "Compile the client for go", command: "go", args, variables, log, timeoutMs });
}

/** Compiles a client for Java with Maven, which also downloads what it needs. */
export async function compileJava(client: string, { variables, folder }: Tools): Promise<void> {
  const log = join(folder, "java-compile.log");
  const args = ["-q", "-B", "-f", join(client, "pom.xml"), "-DskipTests", "compile"];
  await run({ title: "Compile the client for java", command: "mvn", args, variables, log, timeoutMs });
}

const oapiCodegen = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2";
const oapiRuntime = "github.com/oapi-codegen/runtime@v1.9.0";

/** Generates a client for Go by oapi-codegen and compiles it. Returns its folder. */
export async function compileOapiCodegen(specFile: string, { variables, folder }: Tools): Promise<string> {
  const client = join(folder, "oapi-codegen");
  await mkdir(client);
  await writeFile(join(client, "go.mod"), "module client\n\ngo 1.24\n");
  const generate = [
    "run",
    oapiCodegen,
    "-generate",
    "types,client",
    "-package",
    "client",
    "-o",
    join(client, "client.go"),
  ];
  const steps = [
    ["generate", [...generate, specFile]],
    ["get", ["-C", client, "get", oapiRuntime]],
    ["build", ["-C", client, "build", "./..."]],
  ] as const;
  for (const [name, args] of steps) {
    const log = join(folder, `oapi-codegen-${name}.log`);
    await run({ title: `oapi-codegen: go ${name}`, command: "go", args, variables, log, timeoutMs });
  }
  return client;
}
