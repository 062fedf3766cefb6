/** The account and the region that the runtime emulates. */
export type AwsEnvironment = {
  readonly account: string;
  readonly region: string;
};
