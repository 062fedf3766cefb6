/** State of a CloudFormation stack. */
export type StackState = {
  /** Such as `CREATE_FAILED`. */
  readonly status: string;
  /** True if termination protection is enabled. */
  readonly isProtected: boolean;
};

/** A resource with its tags. */
export type TaggedResource = { readonly arn: string; readonly tags: Readonly<Record<string, string>> };

/** Reads the account and region of a deployment. Every call may throw, because permissions differ. */
export type AccountPorts = {
  region(): Promise<string>;
  /** Concurrent executions of Lambda: the limit of the account, and the unreserved part. */
  concurrency(): Promise<{ readonly limit: number; readonly unreserved: number }>;
  /** Concurrency that the functions of a stack have reserved; 0 if the stack does not exist. */
  reservedBy(stackName: string): Promise<number>;
  /** `null` if the region was never bootstrapped. */
  bootstrapVersion(): Promise<number | null>;
  stack(name: string): Promise<StackState | null>;
  certificate(arn: string): Promise<{ readonly status: string; readonly names: readonly string[] } | null>;
  /** Name of a zone, without the trailing dot. */
  hostedZone(id: string): Promise<{ readonly name: string } | null>;
  /** Whether AWS Backup is enabled for DynamoDB in this region, and manages the backups, which cold storage requires. */
  backupSettings(): Promise<{ readonly optedIn: boolean; readonly isManaged: boolean }>;
  tagged(tags: Readonly<Record<string, string>>): Promise<TaggedResource[]>;
};

/** A problem of a deployment. `stops` is true if it would fail. */
export type DeploymentFinding = { readonly stops: boolean; readonly message: string };
