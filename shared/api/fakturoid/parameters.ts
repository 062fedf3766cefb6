import { invalidValue } from "#shared/api/http/parameters.ts";
import { type PathParameter, queryParameter } from "#shared/api/operations/parameter.ts";
import { timeParameter } from "#shared/api/operations/time-parameter.ts";
import { userAgent } from "./user-agent.ts";

/** Events per page. */
export const pageSize = 40;

/** Highest page number: nine digits. */
export const maxPage = 999_999_999;

const slug: PathParameter = {
  component: "FakturoidSlug",
  name: "slug",
  in: "path",
  required: true,
  description: "The slug of the account, from `GET /api/v3/user.json`.",
  schema: { type: "string" },
  example: "acme-traders",
};

const page = queryParameter({
  component: "FakturoidPage",
  name: "page",
  description: `The page, from 1, of ${pageSize} events. A page after the last one is empty.`,
  schema: { type: "integer", minimum: 1, maximum: maxPage, default: 1 },
  parse: (text) => {
    if (text === null) return 1;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw invalidValue("page", `page must be a whole number from 1 to ${maxPage}.`);
  },
});

const since = timeParameter({
  name: "since",
  component: "FakturoidSince",
  zone: "it is in the account's time zone",
  example: "2026-05-12T09:51:33+02:00",
});

const subjectId = queryParameter({
  component: "FakturoidSubjectId",
  name: "subject_id",
  description:
    "Only events with this subject among their related objects: its `id`, or its `custom_id` if it has one. " +
    "An unknown id matches no event. The `id` of a subject with a `custom_id` is searched for in the newest events; " +
    "if they do not contain it, the response is 400. `custom_id` always works, and `since` limits the search.",
  schema: { type: "string", minLength: 1 },
  examples: { id: { value: "4587086825976355" }, custom_id: { value: "con_acme" } },
  parse: (text) => {
    if (text !== "") return text;
    throw invalidValue("subject_id", "subject_id must not be empty. Omit it for the events of all subjects.");
  },
});

/** The parameters of both lists of events. */
export const listParameters = [slug, userAgent, page, since, subjectId] as const;
