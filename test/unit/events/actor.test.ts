import { describe, expect, it } from "vitest";
import { actorName, parseActor } from "#shared/events/actor.ts";
import { toJsonText } from "#shared/events/event.ts";
import { anEvent } from "#test/support/builders.ts";

const unknown = { name: null, email: null, avatar_url: null, type: null, on_behalf_of: null };

const named = (actor: unknown) => anEvent({ actor: actor === null ? null : toJsonText(actor) });

describe("parseActor", () => {
  it("returns the stored actor", () => {
    const priya = {
      ...{ name: "Priya Sharma", email: "priya@acme.in", avatar_url: "https://a.example/1", type: "user" },
      on_behalf_of: { user_id: "usr_9", name: "Anna" },
    };
    expect(parseActor(named(priya))).toEqual(priya);
    const nameless = { ...priya, on_behalf_of: { user_id: "usr_9" } };
    expect(parseActor(named(nameless))).toEqual({ ...priya, on_behalf_of: { user_id: "usr_9", name: null } });
  });

  it.each([
    null,
    {},
    { name: null, email: null, avatar_url: null },
    { name: "", email: "", avatar_url: "" },
    { name: 5, email: ["a@b.be"], avatar_url: {} },
    { type: "robot", on_behalf_of: null },
    { type: ["user"], on_behalf_of: { name: "Anna" } },
    { on_behalf_of: { user_id: "" } },
    { on_behalf_of: "usr_9" },
    "Priya",
    ["Priya"],
    7,
  ])("returns only null fields for %j", (actor) => {
    expect(parseActor(named(actor))).toEqual(unknown);
  });

  it("ignores fields that it does not know", () => {
    expect(parseActor(named({ name: "Priya", role: "admin" }))).toEqual({ ...unknown, name: "Priya" });
  });
});

describe("actorName", () => {
  it.each([
    [{ name: "John Doe", email: "john@doe.example" }, "5", "John Doe"],
    [{ name: "John Doe", email: "john@doe.example" }, null, "John Doe"],
    [{ name: null, email: "john@doe.example" }, "5", "john@doe.example"],
    [{ name: "", email: "john@doe.example" }, "5", "john@doe.example"],
    [{ email: "john@doe.example" }, null, "john@doe.example"],
    [{ name: "", email: "" }, "5", "5"],
    [null, "5", "5"],
    [null, null, "Robot"],
    [{}, null, "Robot"],
    [{ name: "Support", on_behalf_of: { user_id: "usr_9", name: "Anna" } }, "5", "Anna (by Support)"],
    [{ type: "agent", on_behalf_of: { user_id: "usr_9", name: "Anna" } }, null, "Anna (by Robot)"],
    [{ on_behalf_of: { user_id: "usr_9", name: null } }, "5", "usr_9 (by 5)"],
  ])("of %j with the id %j is %s", (actor, actor_user_id, name) => {
    expect(actorName({ ...named(actor), actor_user_id }, "Robot")).toBe(name);
  });
});

it("parseActor returns no avatar when the stored URL is not https", () => {
  for (const avatar_url of ["javascript:alert(1)", "http://a.example/1"]) {
    expect(parseActor(named({ name: "Priya", avatar_url })).avatar_url).toBeNull();
  }
});
