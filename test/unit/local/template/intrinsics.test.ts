import { describe, expect, it } from "vitest";
import { evaluateCondition, resolveIntrinsics, type TemplateScope } from "#infra/local/template/intrinsics.ts";

const scope: TemplateScope = {
  ref: (name) => (name === "AWS::NoValue" ? undefined : `ref of ${name}`),
  attribute: (id, name) => `${name} of ${id}`,
  condition: (name) => name === "IsProd",
};

describe("resolve", () => {
  it.each([
    [{ Ref: "Table" }, "ref of Table"],
    [{ "Fn::GetAtt": ["Table", "Arn"] }, "Arn of Table"],
    [{ "Fn::GetAtt": "Table.Stream.Arn" }, "Stream.Arn of Table"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template's own placeholders
    [{ "Fn::Sub": "a-${Queue}-${Table.Arn}-${!literal}" }, "a-ref of Queue-Arn of Table-${literal}"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the template's own placeholders
    [{ "Fn::Sub": ["${own}/${Queue}", { own: { Ref: "Table" } }] }, "ref of Table/ref of Queue"],
    [{ "Fn::Join": ["-", ["a", { Ref: "B" }, 3]] }, "a-ref of B-3"],
    [{ "Fn::Select": ["1", { "Fn::Split": [",", "a,b,c"] }] }, "b"],
    [{ "Fn::If": ["IsProd", { Ref: "A" }, "no"] }, "ref of A"],
    [{ "Fn::If": ["IsDev", { Ref: "A" }, "no"] }, "no"],
  ])("%j is %j", (value, expected) => {
    expect(resolveIntrinsics(value, scope)).toEqual(expected);
  });

  it("removes AWS::NoValue in lists and objects at any depth", () => {
    const nothing = { Ref: "AWS::NoValue" };
    expect(resolveIntrinsics({ a: nothing, b: [1, nothing, { c: nothing, d: null }] }, scope)).toEqual({
      b: [1, { d: null }],
    });
  });

  it("keeps an object that only resembles an intrinsic function", () => {
    expect(resolveIntrinsics({ Ref: { Ref: "A" }, other: 1 }, scope)).toEqual({ Ref: "ref of A", other: 1 });
  });

  it("throws with the name of an unknown function", () => {
    expect(() => resolveIntrinsics({ "Fn::ImportValue": "other-stack" }, scope)).toThrow("Fn::ImportValue");
  });
});

describe("holds", () => {
  it.each([
    [{ "Fn::Equals": [{ Ref: "A" }, "ref of A"] }, true],
    [{ "Fn::Not": [{ Condition: "IsProd" }] }, false],
    [{ "Fn::And": [{ Condition: "IsProd" }, { Condition: "IsDev" }] }, false],
    [{ "Fn::Or": [{ Condition: "IsProd" }, { Condition: "IsDev" }] }, true],
  ])("%j is %j", (expression, expected) => {
    expect(evaluateCondition(expression, scope)).toBe(expected);
  });
});
