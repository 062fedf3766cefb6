import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { describeTextOperation } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { checkpointExample } from "#shared/api/proofs/openapi/examples.ts";
import { atLeastSequence } from "#shared/api/proofs/parameters.ts";
import { getCheckpoint as getSignedCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import type { ProofsOperation } from "./proofs-call.ts";

const parameters = [...orgParameters, atLeastSequence] as const;

export const getCheckpoint: ProofsOperation = {
  operationId: "get_checkpoint",
  method: "GET",
  path: `${basePath}/activity/checkpoint`,
  route: "get_checkpoint",
  scope: "AIBooks.activity.READ",
  parameters,
  async handle({ request, caller, meter, createProofPorts }) {
    const { sequence } = parseValues(request.query, parameters);
    const { note } = await getSignedCheckpoint(createProofPorts(meter), caller.org_id, sequence);
    return textResponse(note);
  },
};

/** The same, at the path that C2SP tlog-tiles prescribes. */
export const getLogCheckpoint: ProofsOperation = {
  operationId: "get_log_checkpoint",
  method: "GET",
  path: `${basePath}/activity/log/checkpoint`,
  route: "get_checkpoint",
  scope: "AIBooks.activity.READ",
  parameters: orgParameters,
  async handle({ caller, meter, createProofPorts }) {
    const { note } = await getSignedCheckpoint(createProofPorts(meter), caller.org_id, 1);
    return textResponse(note);
  },
};

export const describeGetCheckpoint = () =>
  describeTextOperation({
    summary: "The latest checkpoint of the log",
    description:
      "The size of the log and the root of its Merkle tree, signed (C2SP tlog-checkpoint). Keep it: with a later one, " +
      "`GET /activity/consistency` proves that nothing before it was changed. A new one is signed at most every 10 seconds.",
    returns: "A signed note (C2SP signed-note).",
    example: checkpointExample,
  });

export const describeGetLogCheckpoint = () =>
  describeTextOperation({
    summary: "The latest checkpoint, for tools that read tiles",
    description: "The same as `GET /activity/checkpoint`, at the path of C2SP tlog-tiles.",
    returns: "A signed note (C2SP signed-note).",
    example: checkpointExample,
  });
