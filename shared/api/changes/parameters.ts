import { invalidValue, parseLimit } from "#shared/api/http/parameters.ts";
import { queryParameter } from "#shared/api/operations/parameter.ts";

/** Changes per page: default and maximum. */
const defaultChanges = 100;
export const maxChanges = 1_000;

/** Below the 30 seconds of API Gateway, with time left to read the page. */
export const maxWaitSeconds = 20;

const after = queryParameter({
  name: "after",
  description:
    "The last `sequence` that the client has; 0 for the beginning. Beyond the end of the log, the page is empty.",
  schema: { type: "integer", format: "int64", minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
  example: 4710,
  parse: (text) => {
    if (text === null) return 0;
    const sequence = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(sequence)) return sequence;
    throw invalidValue("after", "after must be a whole number from 0 on: the last sequence that you have.");
  },
});

const limit = queryParameter({
  name: "limit",
  description: "Maximum changes per page. A page can be shorter, because a response has at most about 5 MB.",
  schema: { type: "integer", minimum: 1, maximum: maxChanges, default: defaultChanges },
  parse: (text) => parseLimit(text, defaultChanges, maxChanges),
});

const wait = queryParameter({
  name: "wait",
  description:
    "Seconds to wait if the page would be empty: the response comes as soon as there is a change. If the " +
    "organisation has three requests waiting, or too many of all organisations are, it comes immediately.",
  schema: { type: "integer", minimum: 0, maximum: maxWaitSeconds, default: 0 },
  parse: (text) => {
    if (text === null) return 0;
    if (/^(0|[1-9]\d?)$/.test(text) && Number(text) <= maxWaitSeconds) return Number(text);
    throw invalidValue("wait", `wait must be a whole number of seconds from 0 to ${maxWaitSeconds}.`);
  },
});

export const changesParameters = [after, limit, wait] as const;

export const exportParameters = [after, limit] as const;
