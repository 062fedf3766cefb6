import { cursor } from "#shared/api/finzbooks/parameters.ts";
import { invalidValue, parseLimit } from "#shared/api/http/parameters.ts";
import { queryParameter } from "#shared/api/operations/parameter.ts";
import { tokenIdPattern } from "#shared/auth/org-tokens.ts";

/** Tokens per page: default and maximum, which one request to DynamoDB reads. */
export const maxTokens = 100;

const limit = queryParameter({
  name: "limit",
  description: "Tokens of a page at most.",
  schema: { type: "integer", minimum: 1, maximum: maxTokens, default: maxTokens },
  parse: (text) => parseLimit(text, maxTokens, maxTokens),
});

/** A cursor is the id of the last token of the previous page. An id of another organisation only marks a position. */
const tokenCursor = queryParameter({
  ...cursor,
  parse: (text) => {
    if (text === null || tokenIdPattern.test(text)) return text;
    throw invalidValue("cursor", "The cursor was not issued for this request.");
  },
});

export const tokenListParameters = [limit, tokenCursor] as const;
