/** A stack of CloudFormation. */
export type StackState = {
  /** As CloudFormation calls it: `CREATE_FAILED`. */
  readonly status: string;
  readonly isProtected: boolean;
};

/** A resource that has some tags. */
export type TaggedResource = { readonly arn: string; readonly tags: Readonly<Record<string, string>> };

/** What a deployment asks of the account and region that it goes to. Every call may throw: rights differ. */
export type AccountPorts = {
  region(): Promise<string>;
  /** Concurrent executions of Lambda: the account's limit, and how many of them no function has reserved. */
  concurrency(): Promise<{ readonly limit: number; readonly unreserved: number }>;
  /** How many of them the functions of a stack have reserved; 0 where there is no such stack. */
  reservedBy(stackName: string): Promise<number>;
  /** `null` where the region was never bootstrapped. */
  bootstrapVersion(): Promise<number | null>;
  stack(name: string): Promise<StackState | null>;
  certificate(arn: string): Promise<{ readonly status: string; readonly names: readonly string[] } | null>;
  /** The zone's name without the dot at its end. */
  hostedZone(id: string): Promise<{ readonly name: string } | null>;
  /** Whether AWS Backup may back up tables in this region, and manages them itself, as cold storage needs. */
  backupSettings(): Promise<{ readonly optedIn: boolean; readonly isManaged: boolean }>;
  tagged(tags: Readonly<Record<string, string>>): Promise<TaggedResource[]>;
};

/** Something that stops a deployment, or that whoever deploys should know. */
export type Finding = { readonly stops: boolean; readonly message: string };
