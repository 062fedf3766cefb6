/** Thrown if what a round was computed from is missing, or is not what was stored. Its entry remains valid. */
export class DamagedRoundError extends Error {
  override readonly name = "DamagedRoundError";

  /** `root` is the digest of the entry in hexadecimal digits. */
  constructor(root: string, reason: string) {
    super(`The anchor round ${root} cannot be read: ${reason}.`);
  }
}
