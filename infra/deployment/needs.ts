import { globalRegion } from "#infra/api/edge-acl.ts";
import { type Stage, type StageName, stackName } from "#infra/config.ts";

/** What an account has to have for a stage to be deployed into it. */
export type StageNeeds = {
  readonly stackName: string;
  readonly isProduction: boolean;
  /** Concurrent executions that the stage reserves for functions of its own. */
  readonly reserved: number;
  /** The most that its queues start of functions without a reservation; they share what the account has. */
  readonly shared: number;
  readonly domain: { readonly name: string; readonly certificateArn: string } | null;
  /** Where the certificate of the domain has to be; `null` for the region of the stack. */
  readonly certificateRegion: string | null;
  readonly hostedZone: { readonly id: string; readonly name: string } | null;
  readonly hasBackup: boolean;
  /** On every resource of the stage. */
  readonly tags: Readonly<Record<string, string>>;
};

/** Functions that answer requests, and that follow the stream of the events table. */
const functions = { api: 6, stream: 2 };

/** Replays run in so many instances at most, in every stage. */
const replays = 10;

/** What version of the bootstrap stack the CDK asks for: see `requiresBootstrapStackVersion` of an assembly. */
export const bootstrapVersion = 6;

/** Lambda lets nobody reserve the last hundred: see "Configuring reserved concurrency" in its guide. */
export const unreservable = 100;

/** Computes from the settings of a stage what it needs; a test compares the numbers with the template. */
export function stageNeeds(name: StageName, stage: Stage): StageNeeds {
  const { reserved, ingestConcurrency, deliveryConcurrency, slowDeliveryConcurrency, domain } = stage;
  return {
    stackName: stackName(name),
    isProduction: stage.isProduction,
    reserved: functions.api * (reserved?.api ?? 0) + functions.stream * (reserved?.stream ?? 0),
    shared: ingestConcurrency + deliveryConcurrency + slowDeliveryConcurrency + replays,
    domain,
    certificateRegion: stage.edge === null ? stage.region : globalRegion,
    hostedZone: domain?.hostedZone ?? null,
    hasBackup: stage.backup !== null,
    tags: stage.tags,
  };
}
