/** One permission that a request needs. */
export type RequiredPermission = {
  /** IAM action, as `dynamodb:PutItem`. */
  readonly action: string;
  /** ARN, or `*` for an action that is not about one resource. */
  readonly resource: string;
  /** Condition keys that the request sets. */
  readonly context?: Readonly<Record<string, string | string[]>>;
};
