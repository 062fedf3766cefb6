import { describe, expect, it } from "vitest";
import { hiddenByDefault, hiddenFieldPattern, withoutHiddenFields } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import { toJsonText } from "#shared/events/event.ts";
import { anEvent } from "#test/support/builders.ts";

const event = anEvent({
  actor: toJsonText({ name: "Priya Sharma" }),
  changes: toJsonText({ total: { old: 1, new: 2 }, status: { old: "DRAFT", new: "SENT" } }),
  metadata: toJsonText({ ip: "203.0.113.4", user_agent: "curl", source: "WEB" }),
  text: "Priya Sharma sent it",
});

describe("withoutHiddenFields", () => {
  it("returns the same event when nothing is hidden", () => {
    expect(withoutHiddenFields(event, [])).toEqual(event);
  });

  it("hides the device of the actor by default, and keeps the text", () => {
    expect(withoutHiddenFields(event, hiddenByDefault)).toEqual({ ...event, metadata: '{"source":"WEB"}' });
  });

  it("hides one change, and the text that may repeat it", () => {
    expect(withoutHiddenFields(event, ["changes.total"])).toEqual({
      ...event,
      changes: '{"status":{"old":"DRAFT","new":"SENT"}}',
      text: null,
    });
  });

  it("hides all changes, all metadata and the actor", () => {
    expect(withoutHiddenFields(event, ["changes", "metadata", "actor"])).toEqual({
      ...event,
      changes: null,
      metadata: "{}",
      actor: null,
      actor_user_id: null,
      text: null,
    });
  });

  it("hides a text that contains a hidden value of the metadata", () => {
    const text = "Signed in from 203.0.113.4";
    expect(withoutHiddenFields({ ...event, text }, hiddenByDefault).text).toBeNull();
    expect(withoutHiddenFields({ ...event, text }, ["metadata"]).text).toBeNull();
    expect(withoutHiddenFields({ ...event, text }, ["metadata.user_agent"]).text).toBe(text);
  });

  it("hides users among the related entities with the actor", () => {
    const [user, contact] = [
      { entity_type: "USER", entity_id: "usr_1", name: "Priya Sharma" },
      { entity_type: "CONTACT", entity_id: "con_1" },
    ];
    const shown = withoutHiddenFields({ ...event, related: toJsonText([user, contact]) }, ["actor"]);
    expect(shown.related).toBe(JSON.stringify([contact]));
  });

  it("hides keys that are special in JavaScript, and only exact names", () => {
    const metadata = toJsonText(JSON.parse('{"__proto__":{"a":1},"IP":"kept","a.b":1}'));
    const shown = withoutHiddenFields({ ...event, metadata }, ["metadata.__proto__", "metadata.ip", "metadata.a.b"]);
    expect(shown.metadata).toBe('{"IP":"kept"}');
  });

  it("keeps an event without changes", () => {
    expect(withoutHiddenFields({ ...event, changes: null }, ["changes.total"]).changes).toBeNull();
  });
});

describe("hiddenFieldPattern", () => {
  it.each([...hiddenByDefault, "actor", "changes", "metadata", "changes.due date", "metadata.a.b"])(
    "allows %s",
    (name) => {
      expect(name).toMatch(hiddenFieldPattern);
    },
  );

  it.each(["", "entity_id", "actor.name", "metadata.", "changes.\n", "event_id", `metadata.${"x".repeat(65)}`])(
    "refuses %j",
    (name) => expect(name).not.toMatch(hiddenFieldPattern),
  );
});
