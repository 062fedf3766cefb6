import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { lockFolder } from "#infra/local/lock.ts";
import { parseStartOptions } from "#infra/local/options.ts";

describe("npm start options", () => {
  it("use the flag, then PORT, then 3000", () => {
    expect(parseStartOptions(["--port", "0"], "8080").port).toBe(0);
    expect(parseStartOptions([], "8080").port).toBe(8080);
    expect(parseStartOptions(["--data", "d", "--empty"], undefined)).toEqual({
      port: 3000,
      data: "d",
      empty: true,
      help: false,
    });
  });

  it.each(["x", "-1", "65536", "1.5", ""])("reject the port %j", (port) => {
    expect(() => parseStartOptions([`--port=${port}`], undefined)).toThrow(`"${port}" is not a port`);
  });

  it("reject unknown options", () => {
    expect(() => parseStartOptions(["--prot", "1"], undefined)).toThrow("--prot");
  });
});

describe("folder lock", () => {
  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), "lock-"));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  it("rejects a second process until it is released", () => {
    const path = folder();
    const release = lockFolder(path);
    expect(() => lockFolder(path)).toThrow(`Process ${process.pid} already runs with ${path}`);
    release();
    lockFolder(path)();
  });

  it("is acquired when its process no longer runs", () => {
    const path = folder();
    writeFileSync(join(path, "lock"), "999999999");
    lockFolder(path)();
  });

  it("throws when the folder cannot be written", () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    expect(() => lockFolder(file)).toThrow(`The folder ${file} cannot be written`);
  });
});
