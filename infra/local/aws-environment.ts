/** The account and the region that the runtime stands for. */
export type AwsEnvironment = {
  readonly account: string;
  readonly region: string;
};
