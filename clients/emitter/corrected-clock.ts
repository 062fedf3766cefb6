/**
 * The part of an AWS SDK client that knows the clock of AWS: the difference in milliseconds that it keeps up to date
 * from the `Date` header of every answer, and signs its requests by.
 */
export type ClockSource = { readonly config: { readonly systemClockOffset: number } };

/**
 * The SDK (`getUpdatedSystemClockOffset` of `@aws-sdk/core`) takes the header's time, whole seconds rounded down, less the
 * time when the answer came: for a correct clock that is up to a second and the answer's way behind, each time another.
 */
const headerErrorMs = 2_000;

/**
 * The time by the clock of AWS, as of the last answer that the client got. Before its first answer a client knows no
 * difference, and this is the machine's own clock; so it is where they differ by less than the error of the header.
 */
export function correctedNow({ config }: ClockSource, machineNow: number): Date {
  if (!Number.isFinite(config.systemClockOffset)) throw new TypeError("The client does not correct its clock.");
  const isKnown = Math.abs(config.systemClockOffset) >= headerErrorMs;
  return new Date(isKnown ? machineNow + config.systemClockOffset : machineNow);
}
