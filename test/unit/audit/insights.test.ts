import { describe, expect, it } from "vitest";
import { toInsightsQuery } from "#shared/audit/insights.ts";
import { savedQueries } from "#shared/audit/queries.ts";

const named = savedQueries.map((query) => [query.name, query] as const);
const find = (name: string) => savedQueries.find((query) => query.name === name) ?? savedQueries[0];

function compiled(
  name: string,
  ...rest: [Parameters<typeof toInsightsQuery>[1]?, Parameters<typeof toInsightsQuery>[2]?]
) {
  const query = find(name);
  if (query === undefined) throw new Error("There are no queries.");
  return toInsightsQuery(query, ...rest);
}

describe("toInsightsQuery", () => {
  it("filters and sorts rows, then deduplicates, since only limit may follow dedup", () => {
    expect(compiled("document-history")).toBe(
      [
        'filter message = "event"',
        'filter entity_id = "{{document}}"',
        "fields occurred_at, org_id, actor_user_id, actor_name, actor_type, on_behalf_of_user_id, on_behalf_of_name, action, entity_ref, entity_id, source, event_id, changed_fields, changed_values",
        "sort occurred_at desc",
        "dedup record_id, sequence_number",
        "limit 10000",
      ].join("\n| "),
    );
  });

  it("narrows by an optional parameter only when it has an argument", () => {
    const narrowed = '\n| filter strcontains(concat(",", changed_fields, ","), ",due_date,") = 1\n';
    expect(compiled("document-history", { document: "inv_1", field: "due_date" })).toContain(narrowed);
    expect(compiled("document-history", { document: "inv_1" })).not.toContain("strcontains");
    expect(compiled("who-read-what", { document: "inv_1" })).toContain('\n| filter entity_id = "inv_1"\n');
    expect(compiled("who-read-what")).not.toContain("filter entity_id");
    expect(compiled("edits-after-closing", { field: "due_date" })).toContain(
      'filter (isPresent(closed_ms) or strcontains(concat(",", changed_fields, ","), ",due_date,") = 1)',
    );
    expect(compiled("field-changes")).toContain('concat(",", changed_fields, ","), ",{{field}},") = 1');
    expect(() => compiled("field-changes", { field: 'a"b' })).toThrow(RangeError);
  });

  it("includes what others did on behalf of a user", () => {
    expect(compiled("user-activity", { user: "usr_1" })).toContain(
      'filter (actor_user_id = "usr_1" or on_behalf_of_user_id = "usr_1")',
    );
  });

  it("counts records of groups and filters by computed columns", () => {
    expect(compiled("bulk-changes", { threshold: 20 }, "org_a")).toBe(
      [
        'filter message = "event"',
        "filter isPresent(actor_user_id)",
        'filter (org_id = "org_a" or org_ids like /(^|,)org_a(,|$)/)',
        "fields coalesce(record_id, event_id) as stored_record",
        "stats count_distinct(stored_record) as changes, count_distinct(entity_id) as documents by org_id, actor_user_id, occurred_slot",
        "filter changes >= 20",
        "sort changes desc",
        "limit 10000",
      ].join("\n| "),
    );
    expect(compiled("edits-after-closing")).toContain(
      "stats min(closed_ms) as closed_at, max(edited_ms) as edited_at, count_distinct(stored_record) as events, sortsLast(edit) as last_edit by",
    );
    expect(compiled("edits-after-closing")).toContain("\n| filter edited_at > closed_at\n");
  });

  it("puts alternatives in parentheses and patterns between slashes", () => {
    expect(compiled("out-of-office-hours")).toContain(
      "filter (occurred_weekday >= 6 or occurred_hour < 7 or occurred_hour >= 19)",
    );
    expect(compiled("voids-and-deletions")).toContain(
      "verb like /(VOID|DELET|CANCEL|REVERS|REMOV)/ or new_status like",
    );
  });

  it.each(['a"b', "a\\b", "a\nb"])("throws for %j, which cannot be quoted", (user) => {
    expect(() => compiled("user-activity", { user })).toThrow(RangeError);
  });

  it.each(named)("of %s is within the limits of a saved query, with a unique name and placeholders", (_, query) => {
    const text = toInsightsQuery(query);
    expect(text.length).toBeLessThan(10_000);
    const placeholders = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    expect(new Set(placeholders)).toEqual(new Set(Object.keys(query.parameters)));
    expect(savedQueries.filter(({ name, title }) => name === query.name || title === query.title)).toHaveLength(1);
    expect(query.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});
