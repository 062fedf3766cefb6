import { type Stage, type StageName, stages } from "#infra/config.ts";

/** All optional settings of a stage that no stage has by default. */
export const fullStage = {
  region: "us-east-1",
  archive: { years: 10 },
  backup: { keepDailyDays: 7, keepMonthlyDays: 365, monthlyToColdDays: 1, isLocked: true },
  domain: {
    name: "activity.example.com",
    certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1",
    hostedZone: { id: "Z0123456789", name: "example.com" },
  },
  edge: {
    requestsPerFiveMinutes: { perAddress: 30_000, perToken: 6_000 },
    webAclArn: null,
    isRequired: true,
  },
  console: {
    domain: {
      name: "console.example.com",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/2",
      hostedZone: { id: "Z0123456789", name: "example.com" },
    },
    portalFrameAncestors: ["https://app.example.com", "https://app.example.org"],
  },
  warmThroughput: { readUnitsPerSecond: 20_000, writeUnitsPerSecond: 10_000 },
  trust: { ...stages.dev.trust, name: "activity.example.com", anchorBucket: { years: 10 }, witnesses: [] },
  alarmEmail: "operators@example.com",
} satisfies Partial<Stage>;

/** Returns the settings of a stage, with an alarm address and a log name if the stage requires them. */
export function stageWithAddress(name: StageName): Stage {
  const stage = stages[name];
  return {
    ...stage,
    trust: { ...stage.trust, name: stage.trust.name ?? fullStage.trust.name },
    alarmEmail: stage.alarmEmail ?? (stage.isProduction ? fullStage.alarmEmail : null),
  };
}
