import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { stageNames } from "#infra/config.ts";
import { bootstrapVersion, stageNeeds, unreservable } from "#infra/deployment/needs.ts";
import { stageWithAddress } from "#test/support/infra/full-stage.ts";
import { stackOf, templateOf } from "#test/support/infra/template.ts";

/** The quota "Concurrent executions" of an account that was used before: see "Lambda quotas". */
const usualQuota = 1_000;

describe.each(stageNames)("what %s needs of an account", (name) => {
  const cases = [
    stageWithAddress(name),
    { ...stageWithAddress(name), reserved: { api: 7, stream: 3 } },
    { ...stageWithAddress(name), reserved: null },
  ];

  it.each(cases)("is what its template takes", (stage) => {
    const template = templateOf(name, stage);
    const functions = template.findResources("AWS::Lambda::Function");
    const reservedOf = (id: string): number => functions[id]?.Properties.ReservedConcurrentExecutions ?? 0;
    const sources = Object.values(template.findResources("AWS::Lambda::EventSourceMapping"));
    const shared = sources
      .filter(({ Properties }) => reservedOf(Properties.FunctionName.Ref) === 0)
      .map(({ Properties }): number => Properties.ScalingConfig?.MaximumConcurrency ?? 0);
    const needs = stageNeeds(name, stage);
    expect(needs.reserved).toBe(Object.keys(functions).reduce((sum, id) => sum + reservedOf(id), 0));
    expect(needs.shared).toBe(shared.reduce((sum, one) => sum + one, 0));
  });

  it("fits into an account with the usual quota, queues under full load included", () => {
    const { reserved, shared } = stageNeeds(name, stageWithAddress(name));
    expect(reserved + Math.max(shared, unreservable)).toBeLessThanOrEqual(usualQuota);
  });
});

it("the version of the bootstrap stack is the one that the assembly asks for", () => {
  const app = new App();
  stackOf(app, "dev");
  const { artifacts } = z
    .object({
      artifacts: z.record(
        z.string(),
        z.object({ properties: z.object({ requiresBootstrapStackVersion: z.number().optional() }).optional() }),
      ),
    })
    .parse(app.synth().manifest);
  const versions = Object.values(artifacts).flatMap(
    ({ properties }) => properties?.requiresBootstrapStackVersion ?? [],
  );
  expect(new Set(versions)).toEqual(new Set([bootstrapVersion]));
});
