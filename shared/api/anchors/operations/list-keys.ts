import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { okResponse } from "#shared/api/finzbooks/openapi/responses.ts";
import { successProperties } from "#shared/api/finzbooks/openapi/schemas.ts";
import { invalidValue } from "#shared/api/http/parameters.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { objectComponent } from "#shared/api/openapi/components.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { queryParameter } from "#shared/api/operations/parameter.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import { ActivityError } from "#shared/errors.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { getLogKey } from "#shared/ledger/checkpoints/sign-head.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import type { AnchorsOperation } from "./anchors-call.ts";

const organizationId = queryParameter({
  name: "organization_id",
  description: "The organisation whose log is verified. Required.",
  schema: { type: "string", pattern: orgIdPattern.source },
  example: "org_8f9a1c2d",
  parse: (text) => {
    if (text === null) {
      throw new ActivityError("required_field", "Name the organisation.", { field: "organization_id" });
    }
    if (orgIdPattern.test(text)) return text;
    throw invalidValue("organization_id", "organization_id must be the id of an organisation.");
  },
});

const parameters = [organizationId] as const;

export const listKeys: AnchorsOperation = {
  operationId: "list_log_keys",
  method: "GET",
  path: `${basePath}/activity/keys`,
  route: "list_keys",
  scope: null,
  parameters,
  async handle({ request, keys: ports }) {
    const { organization_id } = parseParameters(request.query, parameters);
    const keysOf = (log: string) => ports.checkpointKeys.map((key) => describeKey(key, ports.logName, log));
    const keys = await Promise.all([organization_id, anchorsLog].flatMap(keysOf));
    const body = JSON.stringify({ code: 0, message: "success", keys });
    return jsonResponse(body, 200, { "cache-control": "public, max-age=300" });
  },
};

async function describeKey(checkpointKey: CheckpointKey, logName: string, log: string) {
  const key = await getLogKey(checkpointKey, logName, log);
  return {
    origin: key.name,
    verification_key: formatVerificationKey(key),
    signs_from: checkpointKey.from?.toISOString() ?? null,
    signs_until: checkpointKey.until?.toISOString() ?? null,
  };
}

const keysSchema = objectComponent("LogKeys", {
  ...successProperties,
  keys: {
    type: "array",
    items: {
      type: "object",
      required: ["origin", "verification_key", "signs_from", "signs_until"],
      properties: {
        origin: { type: "string", description: "The name of the log, which is the first line of its checkpoints." },
        verification_key: {
          type: "string",
          description: "The key for tools that verify signed notes (C2SP signed-note, `vkey`).",
        },
        signs_from: {
          type: ["string", "null"],
          format: "date-time",
          description: "The key signs checkpoints from this time on; `null` if it was the first one.",
        },
        signs_until: {
          type: ["string", "null"],
          format: "date-time",
          description: "The key does not sign from this time on. It verifies for ever what it has signed.",
        },
      },
    },
  },
});

export function describeListKeys(): OperationDescription {
  return {
    summary: "The keys that verify the checkpoints of a log",
    description:
      "Needs no token. Several keys sign while one replaces another, and former keys stay in the list. Compare the key with the one that the operator handed over in another way: a key from this API " +
      "only shows that the API agrees with itself.",
    tags: ["proofs"],
    responses: {
      ...okResponse("The keys of the log, and of the log of anchors.", keysSchema, ["Cache-Control"]),
      ...errorResponses(400, 500, 503),
    },
  };
}
