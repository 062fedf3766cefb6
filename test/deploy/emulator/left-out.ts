import type { Resource } from "./cloud-template.ts";

/** Resources that the emulator cannot host, though AWS can. */
type LeftOut = {
  readonly what: string;
  /** Reason why the emulator cannot host it. */
  readonly reason: string;
  isMeant(resource: Resource): boolean;
};

/** Every entry must apply to a resource: remove entries that no longer apply. */
export const leftOut: readonly LeftOut[] = [
  {
    what: "saved queries",
    reason: "ministack does not know AWS::Logs::QueryDefinition: 'Unrecognized resource types'.",
    isMeant: ({ Type }) => Type === "AWS::Logs::QueryDefinition",
  },
  {
    what: "alarms with metric math",
    reason: "ministack refuses them: 'Properties.Metrics (metric math) is not supported'.",
    isMeant: ({ Type, Properties }) => Type === "AWS::CloudWatch::Alarm" && Properties?.Metrics !== undefined,
  },
  {
    what: "backup selections",
    reason: "ministack does not know AWS::Backup::BackupSelection: 'Unrecognized resource types'.",
    isMeant: ({ Type }) => Type === "AWS::Backup::BackupSelection",
  },
];
