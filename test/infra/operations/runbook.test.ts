import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stageNames, stages } from "#infra/config.ts";
import { plainId, templateOf } from "#test/support/infra/template.ts";

/** The entries of the runbook, by heading. */
function runbook(): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/operate/runbook.md"), "utf8");
  const [, ...sections] = text.split(/^## /m);
  return new Map(sections.map((section) => [section.split("\n", 1)[0] ?? "", section]));
}

/** With all that a stage can ask for. */
const templates = stageNames.map(
  (name) => [name, templateOf(name, { archive: { years: 10 }, backup: stages.prod.backup })] as const,
);

describe.each(templates)("alarms of %s", (_, template) => {
  const alarms = Object.entries(template.findResources("AWS::CloudWatch::Alarm"));
  const described = alarms.map(([id, { Properties }]) => [plainId(id), Properties] as const);
  const entryOf = (description: string) => /See docs\/operate\/runbook\.md, "(\w+)"\.$/.exec(description)?.[1] ?? "";

  it.each(described)("%s has a severity, a description and a reference to the runbook", (_, { AlarmDescription }) => {
    expect(AlarmDescription).toMatch(/^\[(page|notice)\] [A-Z].*\. See docs\/operate\/runbook\.md, "\w+"\.$/);
  });

  it.each(described)("%s notifies the topic of its severity", (_, { AlarmDescription, AlarmActions }) => {
    const severity = AlarmDescription.startsWith("[page]") ? "AlarmsPage" : "AlarmsNotice";
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(`^${severity}`) }]);
  });

  it.each(described)("%s defines how it treats missing data", (_, { TreatMissingData }) => {
    expect(["breaching", "notBreaching"]).toContain(TreatMissingData);
  });

  it.each(described)("%s has an entry in the runbook with Means, Look and Do", (id, { AlarmDescription }) => {
    const entry = entryOf(AlarmDescription);
    expect(id.endsWith(entry)).toBe(true);
    const text = runbook().get(entry) ?? "";
    for (const part of ["**Means.**", "**Look.**", "**Do.**"]) expect(text, entry).toContain(part);
  });

  const rules = Object.entries(template.findResources("AWS::Events::Rule")).filter(
    ([, { Properties }]) => Properties.EventPattern,
  );

  it.each(rules)("%s, a rule, notifies operators and has an entry in the runbook", (id, { Properties }) => {
    const entry = entryOf(Properties.Description);
    expect(plainId(id).endsWith(entry)).toBe(true);
    for (const part of ["**Means.**", "**Look.**", "**Do.**"]) expect(runbook().get(entry), entry).toContain(part);
    expect(Properties.Targets).toMatchObject([{ Arn: { Ref: expect.stringMatching("^AlarmsPage") } }]);
    const [, policy] =
      Object.entries(template.findResources("AWS::SNS::TopicPolicy")).find(([policyId]) =>
        plainId(policyId).startsWith("AlarmsPage"),
      ) ?? [];
    const statements: { Principal: unknown; Action: string }[] = policy?.Properties.PolicyDocument.Statement ?? [];
    expect(statements).toContainEqual(
      expect.objectContaining({ Principal: { Service: "events.amazonaws.com" }, Action: "sns:Publish" }),
    );
  });

  it("correspond to the entries of the runbook", () => {
    const entries = [
      ...described.map(([, { AlarmDescription }]) => entryOf(AlarmDescription)),
      ...rules.map(([, { Properties }]) => entryOf(Properties.Description)),
    ];
    expect(new Set(runbook().keys())).toEqual(new Set(entries));
  });

  it("of SQS metrics refer to queues of the stack", () => {
    const queues = template.findResources("AWS::SQS::Queue");
    for (const [, { Namespace, Dimensions }] of described.filter(([, { Namespace }]) => Namespace === "AWS/SQS")) {
      expect([Namespace, Dimensions[0].Name]).toEqual(["AWS/SQS", "QueueName"]);
      expect(queues).toHaveProperty([Dimensions[0].Value["Fn::GetAtt"][0]]);
    }
  });
});
