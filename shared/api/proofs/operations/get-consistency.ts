import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { describeTextOperation } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { consistencyExample } from "#shared/api/proofs/openapi/examples.ts";
import { fromSize, toSize } from "#shared/api/proofs/parameters.ts";
import { getConsistency as getConsistencyProof } from "#shared/ledger/proofs/get-consistency.ts";
import type { ProofsOperation } from "./proofs-call.ts";

const parameters = [...orgParameters, fromSize, toSize] as const;

export const getConsistency: ProofsOperation = {
  operationId: "get_consistency",
  method: "GET",
  path: `${basePath}/activity/consistency`,
  route: "get_consistency",
  scope: "AIBooks.activity.READ",
  parameters,
  async handle({ request, caller, meter, createProofPorts }) {
    const { from, to } = parseValues(request.query, parameters);
    return textResponse(await getConsistencyProof(createProofPorts(meter), caller.org_id, { from, to }));
  },
};

export const describeGetConsistency = () =>
  describeTextOperation({
    summary: "The proof that the log only grew between two checkpoints",
    description:
      "With the checkpoint of size `from`, which you kept, it proves that the newer checkpoint has the same entries " +
      "before it, unchanged and in the same order.",
    returns:
      "`old FROM`, the consistency proof, an empty line and the newer checkpoint (the body of C2SP tlog-witness).",
    example: consistencyExample,
  });
