/**
 * The clock offset of an AWS SDK client in milliseconds. The client updates it from the `Date` header of every response,
 * and signs its requests with it.
 */
export type ClockSource = { readonly config: { readonly systemClockOffset: number } };

/**
 * The SDK (`getUpdatedSystemClockOffset` of `@aws-sdk/core`) subtracts the time of arrival from the header's time in whole
 * seconds. For a correct clock the offset varies by up to a second and the latency of the response.
 */
const headerErrorMs = 2_000;

/**
 * Returns the time by the clock of AWS, as of the last response to the client. Before the first response, or if the offset is
 * below the error of the header, it is the time of the machine.
 */
export function correctedNow({ config }: ClockSource, machineNow: number): Date {
  if (!Number.isFinite(config.systemClockOffset)) throw new TypeError("The client does not correct its clock.");
  const isKnown = Math.abs(config.systemClockOffset) >= headerErrorMs;
  return new Date(isKnown ? machineNow + config.systemClockOffset : machineNow);
}
