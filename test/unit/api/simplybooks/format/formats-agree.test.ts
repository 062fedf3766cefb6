import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type ActivityContext,
  activityFields,
  activityProjection,
  toActivity,
} from "#shared/api/simplybooks/mapping.ts";
import { renderActivities, renderActivity } from "#shared/api/simplybooks/render.ts";
import { comparable, readActivitiesXml, readActivityXml } from "#test/support/api/activity-xml.ts";
import { withParts } from "#test/support/api/simplybooks-dialect.ts";
import { anOrg } from "#test/support/builders.ts";
import { storedEventArbitrary, zones } from "#test/support/events/event-arbitraries.ts";

const setting = (time_zone: string): ActivityContext => ({
  org: anOrg({ time_zone }),
  origin: "https://api.example.com",
});

/** What XML 1.0 has no way to write is dropped there. */
const writable = (text: string) =>
  [...text].filter((character) => /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]$/u.test(character));

it("renderActivity returns the same values in XML and JSON, except for characters that XML forbids", () => {
  fc.assert(
    fc.property(fc.array(storedEventArbitrary, { maxLength: 4 }), fc.constantFrom(...zones), (events, zone) => {
      const activities = events.map((event) => toActivity(event, setting(zone)));
      const inJson: Record<string, unknown>[] = JSON.parse(renderActivities(activities, activityFields, "json"));
      const expected = inJson.map((activity) => {
        const said = ["description", "information"].map((field) => [field, writable(String(activity[field])).join("")]);
        return comparable({ ...activity, ...Object.fromEntries(said) });
      });
      expect(readActivitiesXml(renderActivities(activities, activityFields, "xml"))).toEqual(expected);
      for (const [at, activity] of activities.entries()) {
        expect(readActivityXml(renderActivity(activity, activityFields, "xml"))).toEqual(expected[at]);
      }
    }),
  );
});

it("renderActivity in JSON has every key in order, ids as text, and reference URLs on the host", () => {
  fc.assert(
    fc.property(storedEventArbitrary, fc.constantFrom(...zones), (event, zone) => {
      const shown = JSON.parse(renderActivity(toActivity(event, setting(zone)), activityFields, "json"));
      expect(Object.keys(shown)).toEqual(activityFields);
      expect(shown.activity_id).toMatch(/^\d{1,16}$/);
      expect(shown.date).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      for (const [field, value] of Object.entries(shown)) {
        if (!field.endsWith("_id")) continue;
        expect(value === null || (typeof value === "string" && value !== "")).toBe(true);
      }
      for (const reference of shown.references) {
        expect(Object.keys(reference)).toEqual(["reference_type", "reference_id", "reference_uri"]);
        const { reference_type, reference_id, reference_uri } = reference;
        const [, domain, id] = /^https:\/\/api\.example\.com\/api\/v1\/([a-z]+)\/([^/?#]+)$/.exec(reference_uri) ?? [];
        expect([domain, decodeURIComponent(id ?? "")]).toEqual([reference_type, reference_id]);
      }
    }),
  );
});

it("toActivity uses only fields of activityProjection", () => {
  fc.assert(
    fc.property(storedEventArbitrary, (event) => {
      const read = withParts(event, activityProjection);
      expect(toActivity(read, setting("UTC"))).toEqual(toActivity(event, setting("UTC")));
    }),
  );
});
