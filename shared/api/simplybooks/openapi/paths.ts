import { headerRefs, rateLimitHeaderNames } from "#shared/api/openapi/components.ts";
import { conditionalHeaderNames, ifNoneMatchRef, notModified } from "#shared/api/openapi/conditional.ts";
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
    description: "The account that is meant, by its id or its number. A key for one account only may leave it out.",
    schema: { type: "string" },
    example: sampleOrg.account_number,
  },
  SimplybooksFormat: {
    name: "format",
    in: "query",
    description:
      "The format of the response, whatever `Accept` says. Without it `Accept` decides, and XML is the default, as it is " +
      "with the vendor. Generated clients should always set `json`: many of them send no `Accept`, or prefer the " +
      "first media type, and would parse XML as JSON.",
    schema: { type: "string", enum: ["xml", "json"] satisfies ResponseFormat[] },
  },
  SimplybooksFields: {
    name: "fields",
    in: "query",
    description:
      "The fields to show, separated by commas. They come in their own order; without it all of them do. Empty " +
      "names are ignored.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", enum: activityFields } },
    example: ["activity_id", "date", "description"],
  },
  SimplybooksSearch: {
    name: "search",
    in: "query",
    description:
      "One term, found in whatever case and Unicode normal form in `type`, `user`, `description` and `information`, or in the id of the " +
      "activity, of the customer or of a reference.",
    schema: { type: "string", maxLength: maxSearchLength },
  },
  SimplybooksFilter: {
    name: "filter",
    in: "query",
    description:
      "Conditions that hold together, separated by commas: `field=value`, with `=`, `!=`, `<=`, `>=`, `<`, `>`, or " +
      "`=~` for contains, whatever the case; or `field__eq__value`, with `eq`, `ne`, `le`, `ge`, `lt`, `gt`. Every " +
      "field but `references` can be meant. An absent value is empty text; whole numbers compare as numbers, all " +
      "else as text. `date` is in the account's time zone, as `2026-05-31` or `2026-05-31 18:30:00`; a bare date " +
      "means the whole day, so that `date<=2026-05-31` includes it and `date>2026-05-31` begins after it. A comma at " +
      "the end is ignored.",
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
    description: "Activities to leave out, from the newest on.",
    schema: { type: "integer", minimum: 0, maximum: maxSkip, default: 0 },
  },
  SimplybooksTake: {
    name: "take",
    in: "query",
    description: "Activities of a page at most.",
    schema: { type: "integer", minimum: 1, maximum: maxTake, default: maxTake },
  },
};

const refs = (...names: readonly (keyof typeof parameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

const schemaRef = (name: keyof typeof simplybooksSchemas) => ({ $ref: `#/components/schemas/${name}` });

/** Either scheme will do, and needs the same scope. */
const scope: Scope[] = ["AIBooks.activity.READ"];
const security = [{ apiKey: scope }, { accessToken: scope }];

/** An answer in both formats, each with an example that the dialect itself renders. */
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

/** Every path of this dialect: one for each route that `findRoute` knows. */
export function simplybooksPaths() {
  const list = {
    operationId: "list_activities",
    summary: "The activities of an account, newest first",
    description:
      "`search` and all conditions of `filter` hold together; activities cannot be sorted. A parameter that is unknown " +
      "is refused. `skip` counts from the " +
      "newest activity as of now: what is written between two requests moves the others on, so that an activity may " +
      "be seen again on the next page, and none that was there is passed over. A page very far from any that was " +
      "read lately may answer 503 with `Retry-After`; a repeat gets further. Where too few of the last " +
      `${offsetPageBudget.events} events match, the answer is 400: narrow the search, for example by date.`,
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
      ifNoneMatchRef,
    ],
    responses: {
      ...notModified(rateLimitHeaderNames),
      ...okResponse(
        "A page of activities. It is short of `take` only at the end.",
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
  const one = {
    operationId: "get_activity",
    summary: "One activity",
    tags: ["simplybooks"],
    security,
    parameters: [
      {
        name: "activity_id",
        in: "path",
        required: true,
        description: "Its number, as lists show it.",
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
  const account = {
    operationId: "get_current_account",
    summary: "The account that the key is for",
    description: "Clients check their connection by it.",
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
  return {
    [`${basePath}/activities`]: { get: list },
    [`${basePath}/activities/{activity_id}`]: { get: one },
    [`${basePath}/accounts/current`]: { get: account },
  };
}

/** What the paths refer to, besides what all dialects share. */
export function simplybooksComponents() {
  return { schemas: simplybooksSchemas, parameters, responses: describeErrorResponses() };
}
