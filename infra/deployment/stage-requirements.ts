import { globalRegion } from "#infra/api/edge-acl.ts";
import { type Stage, type StageName, stackName } from "#infra/config.ts";

/** What the deployment of a stage requires of an account. */
export type StageRequirements = {
  readonly stackName: string;
  readonly isProduction: boolean;
  /** Concurrency that the stage reserves. */
  readonly reserved: number;
  /** Concurrency of the functions that consume queues and streams, which use the account's unreserved concurrency. */
  readonly shared: number;
  readonly domain: { readonly name: string; readonly certificateArn: string } | null;
  /** Required region of the certificate; `null` for the region of the stack. */
  readonly certificateRegion: string | null;
  readonly hostedZone: { readonly id: string; readonly name: string } | null;
  readonly hasBackup: boolean;
  /** Tags of every resource of the stage. */
  readonly tags: Readonly<Record<string, string>>;
};

/** Number of functions by their kind of reserved concurrency. */
const functions = { api: 8, management: 3, stream: 4 };

/** Unreserved concurrency of each function that reads a stream: one instance for each shard. A new table has four. */
const streamInstances = 10;

/** Maximum concurrency of replays, in every stage. */
const replays = 10;

/** Version of the bootstrap stack that the CDK requires: see `requiresBootstrapStackVersion` of an assembly. */
export const bootstrapVersion = 6;

/** Concurrency that cannot be reserved: see "Configuring reserved concurrency" in the Lambda developer guide. */
export const unreservable = 100;

/** Returns the requirements of a stage. A test compares the numbers with the template. */
export function stageRequirements(name: StageName, stage: Stage): StageRequirements {
  const { reserved, ingestConcurrency, deliveryConcurrency, slowDeliveryConcurrency, domain } = stage;
  return {
    stackName: stackName(name),
    isProduction: stage.isProduction,
    reserved:
      functions.api * (reserved?.api ?? 0) +
      functions.management * (reserved?.management ?? 0) +
      functions.stream * (reserved?.stream ?? 0),
    shared:
      ingestConcurrency +
      deliveryConcurrency +
      slowDeliveryConcurrency +
      replays +
      (typeof reserved?.stream === "number" ? 0 : functions.stream * streamInstances),
    domain,
    certificateRegion: stage.edge === null ? stage.region : globalRegion,
    hostedZone: domain?.hostedZone ?? null,
    hasBackup: stage.backup !== null,
    tags: stage.tags,
  };
}
