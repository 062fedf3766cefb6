import { describe, expect, it } from "vitest";
import { actorName, actorOf } from "../../../shared/events/actor.ts";
import { jsonText } from "../../../shared/events/event.ts";
import { anEvent } from "../../support/builders.ts";

const named = (actor: unknown) => anEvent({ actor: actor === null ? null : jsonText(actor) });

describe("the actor of an event", () => {
  it("is who did it, as of then", () => {
    const priya = { name: "Priya Sharma", email: "priya@acme.in", avatar_url: "https://a.example/1" };
    expect(actorOf(named(priya))).toEqual(priya);
  });

  it.each([
    null,
    {},
    { name: null, email: null, avatar_url: null },
    { name: "", email: "", avatar_url: "" },
    { name: 5, email: ["a@b.be"], avatar_url: {} },
    "Priya",
    ["Priya"],
    7,
  ])("is nobody in %j", (actor) => {
    expect(actorOf(named(actor))).toEqual({ name: null, email: null, avatar_url: null });
  });

  it("has no more than that, whatever was stored", () => {
    expect(actorOf(named({ name: "Priya", role: "admin" }))).toEqual({ name: "Priya", email: null, avatar_url: null });
  });
});

describe("what to call whoever did it", () => {
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
  ])("%j with the id %j is %s", (actor, actor_user_id, name) => {
    expect(actorName({ ...named(actor), actor_user_id }, "Robot")).toBe(name);
  });
});

it("has no avatar where a stored one is no https URL", () => {
  for (const avatar_url of ["javascript:alert(1)", "http://a.example/1"]) {
    expect(actorOf(named({ name: "Priya", avatar_url })).avatar_url).toBeNull();
  }
});
