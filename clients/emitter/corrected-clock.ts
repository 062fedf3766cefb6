/**
 * The part of an AWS SDK client that knows the clock of AWS: the difference in milliseconds that it keeps up to date
 * from the `Date` header of every answer, and signs its requests by.
 */
export type ClockSource = { readonly config: { readonly systemClockOffset: number } };

/**
 * The time by the clock of AWS, as of the last answer that the client got. Before its first answer a client knows no
 * difference, and this is the machine's own clock.
 */
export function correctedNow({ config }: ClockSource, machineNow: number): Date {
  if (!Number.isFinite(config.systemClockOffset)) throw new TypeError("The client does not correct its clock.");
  return new Date(machineNow + config.systemClockOffset);
}
