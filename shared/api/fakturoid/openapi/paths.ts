import { fakturoidRateLimitPolicy } from "#shared/api/fakturoid/credentials.ts";
import { maxPage, pageSize } from "#shared/api/fakturoid/query.ts";
import { headerRefs, readCostDescription } from "#shared/api/openapi/components.ts";
import { conditionalHeaderNames, notModified } from "#shared/api/openapi/conditional.ts";

import { timeParameter } from "#shared/api/openapi/time-parameter.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { rateLimitState } from "#shared/auth/rate-limit.ts";
import {
  describeErrorResponses,
  errorResponseRefs,
  errorSchemas,
  rateLimitHeaderNames,
  sampleSubject,
} from "./errors.ts";
import { fakturoidSchemas, sampleEvents, sampleSlug, sampleUser } from "./schemas.ts";

const parameters = {
  FakturoidUserAgent: {
    name: "User-Agent",
    in: "header",
    required: true,
    description: "The client and a contact address. Any text that is not blank is accepted.",
    schema: { type: "string", minLength: 1 },
    example: "Our ledger (ledger@example.com)",
  },
  FakturoidSlug: {
    name: "slug",
    in: "path",
    required: true,
    description: "The slug of the account, from `GET /api/v3/user.json`.",
    schema: { type: "string" },
    example: sampleSlug,
  },
  FakturoidPage: {
    name: "page",
    in: "query",
    description: `The page, from 1, of ${pageSize} events. A page after the last one is empty.`,
    schema: { type: "integer", minimum: 1, maximum: maxPage, default: 1 },
  },
  FakturoidSince: timeParameter("since", "it is in the account's time zone", "2026-05-12T09:51:33+02:00"),
  FakturoidSubjectId: {
    name: "subject_id",
    in: "query",
    description:
      "Only events with this subject among their related objects: its `id`, or its `custom_id` if it has one. " +
      "An unknown id matches no event. The `id` of a subject with a `custom_id` is searched for in the newest events; " +
      "if they do not contain it, the response is 400. `custom_id` always works, and `since` limits the search.",
    schema: { type: "string", minLength: 1 },
    examples: { id: { value: String(sampleSubject) }, custom_id: { value: "con_acme" } },
  },
};

const sampleNow = new Date("2026-05-12T07:51:05Z");
const sampleRate = fakturoidRateLimitPolicy.headers(
  rateLimitState(2, sampleNow, fakturoidRateLimitPolicy.limit),
  sampleNow,
);

/** Response headers of this dialect only. */
const headers = {
  "X-RateLimit-Policy": {
    description:
      "`q` is the number of requests that the token, or all tokens of the client together, may make in `w` seconds.",
    schema: { type: "string" },
    example: sampleRate["x-ratelimit-policy"],
  },
  "X-RateLimit": {
    description: `\`r\` requests are left; the next window begins in \`t\` seconds. ${readCostDescription}`,
    schema: { type: "string" },
    example: sampleRate["x-ratelimit"],
  },
};

const refs = (...names: readonly (keyof typeof parameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

/** The reference to the header that every operation requires. */
export const userAgentRefs = refs("FakturoidUserAgent");

const schemaRef = (name: keyof typeof fakturoidSchemas) => ({ $ref: `#/components/schemas/${name}` });

const scope: Scope[] = ["AIBooks.activity.READ"];
const security = [{ oauthToken: scope }, { accessToken: scope }];

/** Returns a successful response with its example. */
export function okResponse(description: string, schema: object, example: unknown, headerNames: readonly string[] = []) {
  const content = { "application/json": { schema, examples: { sample: { value: example } } } };
  return { 200: { description, headers: headerRefs([...rateLimitHeaderNames, ...headerNames]), content } };
}

const user = {
  operationId: "get_user",
  summary: "The user of the token, and its accounts",
  tags: ["fakturoid"],
  security,
  parameters: userAgentRefs,
  responses: {
    ...okResponse("The user.", schemaRef("FakturoidUser"), sampleUser),
    ...errorResponseRefs(400, 401, 403, 429, 500, 503),
  },
};

function list(operationId: string, summary: string, which: string) {
  return {
    operationId,
    summary,
    description:
      `${which}Events must match all filters. An empty parameter is an error; unknown parameters are ignored. Pages ` +
      "are counted from the newest event at the time of the request: a new event moves the others on, so that an " +
      "event may appear again on the next page, but none is skipped. A page very far from the pages requested recently " +
      "may return 503 with `Retry-After`; each retry reads further.",
    tags: ["fakturoid"],
    security,
    parameters: [
      ...refs("FakturoidSlug", "FakturoidUserAgent", "FakturoidPage", "FakturoidSince", "FakturoidSubjectId"),
      { $ref: "#/components/parameters/IfNoneMatch" },
    ],
    responses: {
      ...notModified(rateLimitHeaderNames),
      ...okResponse(
        `A page of events. Only the last page has fewer than ${pageSize}.`,
        schemaRef("FakturoidEvents"),
        sampleEvents,
        conditionalHeaderNames,
      ),
      ...errorResponseRefs(400, 401, 403, 404, 429, 500, 503),
    },
  };
}

/** Returns the paths of this dialect, one for each route of `findRoute`. */
export function fakturoidPaths() {
  return {
    "/api/v3/user.json": { get: user },
    "/api/v3/accounts/{slug}/events.json": {
      get: list("list_events", "The events of an account, newest first", ""),
    },
    "/api/v3/accounts/{slug}/events/paid.json": {
      get: list(
        "list_paid_events",
        "The payments of an account, newest first",
        "Events whose name begins with `invoice_paid`, `proforma_paid` or `expense_paid`. ",
      ),
    },
  };
}

/** Returns the components that only the paths of this dialect use. */
export function fakturoidComponents() {
  return { schemas: fakturoidSchemas, errorSchemas, parameters, headers, responses: describeErrorResponses() };
}
