import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  filterGroups,
  findOperation,
  parseDescription,
} from "#clients/console/reference/description/parse-description.ts";

const golden: unknown = JSON.parse(readFileSync("test/golden/openapi.json", "utf8"));
const description = parseDescription(golden);

describe("parseDescription", () => {
  it("returns every operation of this API, each once and in its group", () => {
    const ids = description.groups.flatMap(({ operations }) => operations.map(({ id }) => id));
    const expected = [...JSON.stringify(golden).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(ids.toSorted()).toEqual(expected.toSorted());
    expect(description.groups[0]).toMatchObject({ name: "activity", description: "Timelines, newest first." });
  });

  it("returns the parameters, bodies and responses that references name", () => {
    const operation = findOperation(description, "create_webhook_endpoint");
    expect(operation?.parameters.map((parameter) => parameter.name)).toEqual(["X-AIBooks-Org", "organization_id"]);
    expect(operation?.bodies.map(({ mediaType }) => mediaType)).toEqual(["application/json"]);
    expect(operation?.bodies[0]?.examples[0]).toMatchObject({ url: "https://hooks.example.com/aibooks" });
    const [created] = operation?.responses ?? [];
    expect(created).toMatchObject({ status: "201", description: "Created." });
    expect(created?.headers.find(({ name }) => name === "X-Request-Id")?.description).not.toBe("");
    expect(operation?.security[0]).toEqual({ scheme: "accessToken", scopes: ["AIBooks.webhooks.MANAGE"] });
  });

  it("reads a description that has nothing which the reference does not show", () => {
    const text = JSON.stringify(golden);
    expect(text.match(/"(?:anyOf|oneOf|allOf|not|patternProperties|prefixItems)":/g)).toBeNull();
    const texts = [...text.matchAll(/"(?:description|summary)":"((?:[^"\\]|\\.)*)"/g)].map(([, value = ""]) => value);
    expect(texts.length).toBeGreaterThan(300);
    expect(texts.filter((value) => /\\n|\*\*|\]\(|^[#>-] /.test(value))).toEqual([]);
  });

  it("marks what the API sends", () => {
    const sent = description.groups.flatMap(({ operations }) => operations.filter(({ isReceived }) => !isReceived));
    expect(sent.map(({ id }) => id)).toEqual(["receive_webhook"]);
  });

  it.each([null, [], "", { paths: { "/": { get: null } }, tags: "x" }])("returns no operation of %j", (value) => {
    expect(parseDescription(value).groups).toEqual([]);
  });
});

describe("filterGroups", () => {
  it("returns the operations that have all words, in any case", () => {
    const found = filterGroups(description.groups, "post WEBHOOK secret");
    expect(found.flatMap(({ operations }) => operations.map(({ id }) => id))).toEqual(["rotate_webhook_secret"]);
  });

  it("returns all operations for an empty text, and none for an unknown word", () => {
    expect(filterGroups(description.groups, "")).toEqual(description.groups);
    expect(filterGroups(description.groups, "qwertz")).toEqual([]);
  });
});
