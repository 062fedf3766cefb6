import { execFile } from "node:child_process";
import { promisify } from "node:util";

const needed = 17;

export type Java = {
  /** A JDK can run a source file; a bare JRE cannot. */
  readonly hasCompiler: boolean;
};

/** Throws when there is no Java, or one that is too old for DynamoDB Local. */
export async function findJava(): Promise<Java> {
  const { stdout } = await promisify(execFile)("java", ["--list-modules"]).catch(() => ({ stdout: "" }));
  const version = Number(/^java\.base@(\d+)/m.exec(stdout)?.[1] ?? 0);
  if (version < needed) {
    throw new Error(`Java ${needed} or newer is needed to run DynamoDB Local: install it and run npm start again`);
  }
  return { hasCompiler: /^jdk\.compiler@/m.test(stdout) };
}
