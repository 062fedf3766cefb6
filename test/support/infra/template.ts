import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { vi } from "vitest";
import { type Stage, type StageName, stackName } from "#infra/config.ts";
import { stageWithAddress } from "./full-stage.ts";

// Bundling takes most of the time of a synthesis and does not affect the template. Bundles have their own tests.
vi.doMock("#infra/constructs/bundle.ts", () => ({ bundle: () => ({ folder: emptyFunction() }) }));
const { ActivityLogStack } = await import("#infra/stack.ts");
export const { addStageStacks } = await import("#infra/stage-stacks.ts");

const templates = new Map<string, Template>();

function emptyFunction(): string {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-"));
  writeFileSync(join(folder, "index.mjs"), "");
  return folder;
}

/** Returns the stack of a stage with overridden settings. */
export function stackOf(app: App, name: StageName, changed: Partial<Stage> = {}): Stack {
  return new ActivityLogStack(app, stackName(name), { ...stageWithAddress(name), ...changed });
}

/** Returns the template of a stage. Synthesized once for all tests of a process, which must not modify it. */
export function templateOf(name: StageName, changed: Partial<Stage> = {}): Template {
  const key = JSON.stringify([name, changed]);
  const template = templates.get(key) ?? Template.fromStack(stackOf(new App(), name, changed));
  templates.set(key, template);
  return template;
}

/** Returns a logical id without the hash that the CDK appends: `IngestFunctionB02ED0EB` is `IngestFunction`. */
export function plainId(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, "");
}

/** Renders a value of the template as text, with references as plain ids. */
export function inWords(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return String(value);
  if ("Ref" in value) return plainId(String(value.Ref));
  if ("Fn::GetAtt" in value && Array.isArray(value["Fn::GetAtt"])) return plainId(String(value["Fn::GetAtt"][0]));
  if ("Fn::Join" in value && Array.isArray(value["Fn::Join"])) {
    const parts: unknown = value["Fn::Join"][1];
    return Array.isArray(parts) ? parts.map(inWords).join("") : "";
  }
  return JSON.stringify(value);
}
