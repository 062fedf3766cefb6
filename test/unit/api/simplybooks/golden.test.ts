import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { activityFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { renderActivities, renderActivity } from "#shared/api/simplybooks/render.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { linkedSample, sampleOrigin, sampleZone, vendorSample } from "#test/support/api/simplybooks-samples.ts";
import { anOrg, testNow } from "#test/support/builders.ts";

function golden(file: string): string {
  return readFileSync(new URL(`../../../golden/simplybooks/${file}`, import.meta.url), "utf8");
}

const org = anOrg({ time_zone: sampleZone });

/** The activity of a sample, by the way that every event takes. */
function stored(sample: typeof vendorSample) {
  const text = JSON.stringify({ org_id: org.org_id, ...sample });
  const { event } = parseEvent(text, { now: testNow, entropy: "golden" });
  return toActivity(event, { org, origin: sampleOrigin });
}

describe.each([
  ["the vendor's sample", "activity", vendorSample],
  ["one that mentions a document of every kind", "linked", linkedSample],
])("golden sample %s", (_, name, sample) => {
  const activity = stored(sample);

  it("is rendered byte for byte as XML", () => {
    expect(renderActivity(activity, activityFields, "xml")).toBe(golden(`${name}.xml`));
  });

  it("is rendered byte for byte as JSON, with every key in order", () => {
    const compact = JSON.stringify(JSON.parse(golden(`${name}.json`)));
    expect(renderActivity(activity, activityFields, "json")).toBe(compact);
    expect(renderActivities([activity, activity], activityFields, "json")).toBe(`[${compact},${compact}]`);
  });

  it("is rendered the same in a list, indented one level further", () => {
    const [declaration, ...lines] = golden(`${name}.xml`).trimEnd().split("\n");
    const inner = lines.map((line) => `    ${line}`);
    const list = [declaration, "<activities>", ...inner, ...inner, "</activities>", ""].join("\n");
    expect(renderActivities([activity, activity], activityFields, "xml")).toBe(list);
  });
});

it("renderActivities returns an empty list in both formats", () => {
  expect(renderActivities([], activityFields, "json")).toBe("[]");
  expect(renderActivities([], activityFields, "xml")).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<activities/>\n');
});

it("renderActivity returns only the requested fields, in the order of the contract", () => {
  const activity = stored(vendorSample);
  expect(renderActivity(activity, ["type", "quote_id", "linked_quote_id"], "json")).toBe(
    '{"type":"invoice_create","quote_id":null,"linked_quote_id":null}',
  );
  expect(renderActivity(activity, ["type", "quote_id", "linked_quote_id"], "xml")).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      "<activity>\n    <type>invoice_create</type>\n    <quote_id/>\n</activity>\n",
  );
});
