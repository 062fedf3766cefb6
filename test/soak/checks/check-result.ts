/** The result of a check. It passes if `problems` is empty. */
export type CheckResult = {
  readonly name: string;
  readonly expected: number;
  readonly found: number;
  readonly problems: readonly string[];
};
