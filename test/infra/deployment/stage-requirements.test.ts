import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { stageNames } from "#infra/config.ts";
import { bootstrapVersion, stageRequirements, unreservable } from "#infra/deployment/stage-requirements.ts";
import { stageWithAddress } from "#test/support/infra/full-stage.ts";
import { stackOf, templateOf } from "#test/support/infra/template.ts";

/** Instances that a reader of a stream needs at least, for a table with ten shards. */
const perStream = 10;

/** Default quota "Concurrent executions" of an account: see "Lambda quotas". */
const defaultQuota = 1_000;

describe.each(stageNames)("stageRequirements of %s", (name) => {
  const cases = [
    stageWithAddress(name),
    { ...stageWithAddress(name), reserved: { api: 7, management: 2, stream: 3 } },
    { ...stageWithAddress(name), reserved: null },
  ];

  it.each(cases)("matches the reserved and unreserved concurrency of the template", (stage) => {
    const template = templateOf(name, stage);
    const functions = template.findResources("AWS::Lambda::Function");
    const reservedOf = (id: string): number => functions[id]?.Properties.ReservedConcurrentExecutions ?? 0;
    const sources = Object.values(template.findResources("AWS::Lambda::EventSourceMapping"));
    const shared = sources
      .filter(({ Properties }) => reservedOf(Properties.FunctionName.Ref) === 0)
      .map(({ Properties }): number =>
        Properties.StartingPosition === undefined ? (Properties.ScalingConfig?.MaximumConcurrency ?? 0) : perStream,
      );
    const needs = stageRequirements(name, stage);
    expect(needs.reserved).toBe(Object.keys(functions).reduce((sum, id) => sum + reservedOf(id), 0));
    expect(needs.shared).toBe(shared.reduce((sum, one) => sum + one, 0));
  });

  it("fits into the default quota of an account, with all queues under load", () => {
    const { reserved, shared } = stageRequirements(name, stageWithAddress(name));
    expect(reserved + Math.max(shared, unreservable)).toBeLessThanOrEqual(defaultQuota);
  });
});

it("bootstrapVersion matches the version that the assembly requires", () => {
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
