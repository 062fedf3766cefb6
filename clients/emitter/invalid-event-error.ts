/** An event breaks a rule of the log. The message lists each issue with its field. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}
