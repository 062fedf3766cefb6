import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { describeTextOperation } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { checkpointSize, parseSize, sequencePath } from "#shared/api/proofs/parameters.ts";
import { getProof as getInclusionProof } from "#shared/ledger/proofs/get-proof.ts";
import type { ProofsOperation } from "./proofs-call.ts";

const queryParameters = [...orgParameters, checkpointSize] as const;

export const getProof: ProofsOperation = {
  operationId: "get_proof",
  method: "GET",
  path: `${basePath}/activity/changes/{sequence}/proof`,
  route: "get_proof",
  scope: "AIBooks.activity.READ",
  parameters: [sequencePath, ...queryParameters],
  async handle({ request, path, caller, meter, createProofPorts }) {
    const sequence = parseSize(path.sequence ?? "", "sequence");
    const { size } = parseValues(request.query, queryParameters);
    return textResponse(await getInclusionProof(createProofPorts(meter), caller.org_id, { sequence, size }));
  },
};

export const describeGetProof = () =>
  describeTextOperation({
    summary: "The proof that the log has an entry",
    description:
      "Anyone can verify the proof offline, with the verification key of the log (C2SP tlog-proof; save it as " +
      "`.tlog-proof`). `extra` has the entry and, for an event, its item as stored.",
    returns: "An inclusion proof with a checkpoint.",
    example: proofExample,
  });
