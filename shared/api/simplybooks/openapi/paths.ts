import { headerRefs, rateLimitHeaderNames } from "#shared/api/openapi/components.ts";
import { conditionalHeaderNames, notModified } from "#shared/api/openapi/conditional.ts";
import { filterPattern, maxFilterLength } from "#shared/api/simplybooks/filter/conditions.ts";
import type { ResponseFormat } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { activityFields } from "#shared/api/simplybooks/mapping.ts";
import { maxSearchLength, maxSkip, maxTake } from "#shared/api/simplybooks/query.ts";
import { renderAccount, renderActivities, renderActivity } from "#shared/api/simplybooks/render.ts";
import { basePath } from "#shared/api/simplybooks/routes.ts";
import type { Scope } from "#shared/auth/caller.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { describeErrorResponses, errorResponseRefs } from "./errors.ts";
import { sampleActivity, sampleOrg, sampleOrigin, simplybooksSchemas } from "./schemas.ts";

const example = (value: string) => ({ value });

const parameters = {
  SimplybooksAccountId: {
    name: "X-AccountId",
    in: "header",
    description: "The account, by id or number. Optional if the key is for one account only.",
    schema: { type: "string" },
    example: sampleOrg.account_number,
  },
  SimplybooksFormat: {
    name: "format",
    in: "query",
    description:
      "The format of the response. Without it, `Accept` decides; the default is XML, as with the vendor. Generated " +
      "clients should always set `json`: many send no `Accept` or prefer the first media type, and would parse XML as JSON.",
    schema: { type: "string", enum: ["xml", "json"] satisfies ResponseFormat[] },
  },
  SimplybooksFields: {
    name: "fields",
    in: "query",
    description:
      "The fields to show, separated by commas; all without it. Their order in the response is fixed. Empty names are " +
      "ignored.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", enum: activityFields } },
    example: ["activity_id", "date", "description"],
  },
  SimplybooksSearch: {
    name: "search",
    in: "query",
    description:
      "A term in `type`, `user`, `description` or `information`, or in the id of the activity, of the customer or of a " +
      "reference. Case and Unicode normal form are ignored.",
    schema: { type: "string", maxLength: maxSearchLength },
  },
  SimplybooksFilter: {
    name: "filter",
    in: "query",
    description:
      "Conditions, separated by commas, all of which must match: `field=value`, with `=`, `!=`, `<=`, `>=`, `<`, `>`, or " +
      "`=~` for contains, ignoring case; or `field__eq__value`, with `eq`, `ne`, `le`, `ge`, `lt`, `gt`. All fields " +
      "except `references` are allowed. An absent value is empty text; whole numbers are compared as numbers, other " +
      "values as text. `date` is in the account's time zone, as `2026-05-31` or `2026-05-31 18:30:00`; a date without a " +
      "time means the whole day, so that `date<=2026-05-31` includes it and `date>2026-05-31` begins after it. A comma " +
      "at the end is ignored.",
    schema: { type: "string", maxLength: maxFilterLength, pattern: filterPattern.source },
    examples: {
      signs: example("date>=2026-05-01,date<=2026-05-31,type=invoice_email"),
      words: example("client_id__eq__7041,date__ge__2026-05-01"),
      contains: example("description=~invoice"),
    },
  },
  SimplybooksSkip: {
    name: "skip",
    in: "query",
    description: "Activities to skip, from the newest.",
    schema: { type: "integer", minimum: 0, maximum: maxSkip, default: 0 },
  },
  SimplybooksTake: {
    name: "take",
    in: "query",
    description: "Maximum activities per page.",
    schema: { type: "integer", minimum: 1, maximum: maxTake, default: maxTake },
  },
};

const refs = (...names: readonly (keyof typeof parameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

const schemaRef = (name: keyof typeof simplybooksSchemas) => ({ $ref: `#/components/schemas/${name}` });

/** Both schemes are accepted and need the same scope. */
const scope: Scope[] = ["AIBooks.activity.READ"];
const security = [{ apiKey: scope }, { accessToken: scope }];

/** Returns a successful response in both formats, with examples from the code that renders responses. */
function okResponse(
  description: string,
  schemas: Readonly<Record<ResponseFormat, Readonly<Record<string, unknown>>>>,
  render: (format: ResponseFormat) => string,
  headerNames: readonly string[] = [],
) {
  const json: unknown = JSON.parse(render("json"));
  const content = {
    "application/xml": { schema: schemas.xml, examples: { sample: example(render("xml")) } },
    "application/json": { schema: schemas.json, examples: { sample: { value: json } } },
  };
  return { 200: { description, headers: headerRefs([...headerNames, ...rateLimitHeaderNames]), content } };
}

/** Returns the paths of this dialect, one for each route of `findRoute`. */
export function simplybooksPaths() {
  return {
    [`${basePath}/activities`]: { get: describeList() },
    [`${basePath}/activities/{activity_id}`]: { get: describeActivity() },
    [`${basePath}/accounts/current`]: { get: describeAccount() },
  };
}

function describeList() {
  return {
    operationId: "list_activities",
    summary: "The activities of an account, newest first",
    description:
      "Activities must match `search` and all conditions of `filter`; they cannot be sorted. Unknown parameters are " +
      "errors. `skip` counts from the newest activity at the time of the request: a new activity moves the others on, " +
      "so that an activity may appear again on the next page, but none is skipped. A page very far from the pages " +
      "requested recently may return 503 with `Retry-After`; each retry reads further. If too few of the last " +
      `${offsetPageBudget.events} events match, the response is 400: narrow the search, for example by date.`,
    tags: ["simplybooks"],
    security,
    parameters: [
      ...refs(
        "SimplybooksAccountId",
        "SimplybooksSearch",
        "SimplybooksFilter",
        "SimplybooksFields",
        "SimplybooksSkip",
        "SimplybooksTake",
        "SimplybooksFormat",
      ),
      { $ref: "#/components/parameters/IfNoneMatch" },
    ],
    responses: {
      ...notModified(rateLimitHeaderNames),
      ...okResponse(
        "A page of activities. Only the last page has fewer than `take`.",
        {
          xml: schemaRef("SimplybooksActivitiesElement"),
          json: schemaRef("SimplybooksActivities"),
        },
        (format) => renderActivities([sampleActivity], activityFields, format),
        conditionalHeaderNames,
      ),
      ...errorResponseRefs(400, 401, 403, 429, 500, 503),
    },
  };
}

function describeActivity() {
  return {
    operationId: "get_activity",
    summary: "One activity",
    tags: ["simplybooks"],
    security,
    parameters: [
      {
        name: "activity_id",
        in: "path",
        required: true,
        description: "The number of the activity in lists.",
        schema: { type: "string" },
        example: sampleActivity.activity_id,
      },
      ...refs("SimplybooksAccountId", "SimplybooksFields", "SimplybooksFormat"),
    ],
    responses: {
      ...okResponse(
        "The activity.",
        {
          xml: schemaRef("SimplybooksActivityElement"),
          json: schemaRef("SimplybooksActivity"),
        },
        (format) => renderActivity(sampleActivity, activityFields, format),
      ),
      ...errorResponseRefs(400, 401, 403, 404, 429, 500, 503),
    },
  };
}

function describeAccount() {
  return {
    operationId: "get_current_account",
    summary: "The account of the key",
    description: "Clients use it to check their connection.",
    tags: ["simplybooks"],
    security,
    parameters: refs("SimplybooksAccountId", "SimplybooksFormat"),
    responses: {
      ...okResponse(
        "The account.",
        { xml: schemaRef("SimplybooksAccount"), json: schemaRef("SimplybooksAccount") },
        (format) => renderAccount(sampleOrg, sampleOrigin, format),
      ),
      ...errorResponseRefs(400, 401, 403, 429, 500, 503),
    },
  };
}

/** Returns the components that only the paths of this dialect use. */
export function simplybooksComponents() {
  return { schemas: simplybooksSchemas, parameters, responses: describeErrorResponses() };
}
