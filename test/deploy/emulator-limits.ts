import type { Resource } from "./cloud-assembly.ts";

/** What the emulator cannot host, though AWS can: it is left out of the template. */
type LeftOut = {
  readonly what: string;
  readonly reason: string;
  isMeant(resource: Resource): boolean;
};

/** Every entry must leave out something: what the emulator has learned is to be taken off the list. */
export const leftOut: readonly LeftOut[] = [
  {
    what: "saved queries",
    reason: "ministack 1.5.33 does not know AWS::Logs::QueryDefinition: 'Unrecognized resource types'.",
    isMeant: ({ Type }) => Type === "AWS::Logs::QueryDefinition",
  },
  {
    what: "alarms with metric math",
    reason: "ministack 1.5.33 refuses them: 'Properties.Metrics (metric math) is not supported'.",
    isMeant: ({ Type, Properties }) => Type === "AWS::CloudWatch::Alarm" && Properties?.Metrics !== undefined,
  },
];

/** What the run does, beside leaving out, so that the stack works on the emulator. */
export const workarounds: readonly string[] = [
  "ministack serves HTTP APIs by plain HTTP, without x-forwarded-proto: a gateway of the test stands before it, with TLS, and the output ApiUrl names the gateway.",
  "ministack stores the CORS settings of a template under names that it does not read, and refuses every preflight: the run sets them once more, by UpdateApi.",
];

/** Stories that fail on the emulator through its own fault, as `file: name`, each with the reason. */
export const expectedFailures: Readonly<Record<string, string>> = {};
