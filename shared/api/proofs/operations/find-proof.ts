import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { describeTextOperation } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { proofExample } from "#shared/api/proofs/openapi/examples.ts";
import { provedEntityId, provedEventId, provedOccurredAt } from "#shared/api/proofs/parameters.ts";
import { findProof as findInclusionProof } from "#shared/ledger/proofs/find-proof.ts";
import type { ProofsOperation } from "./proofs-call.ts";

const parameters = [...orgParameters, provedEntityId, provedOccurredAt, provedEventId] as const;

export const findProof: ProofsOperation = {
  operationId: "find_proof",
  method: "GET",
  path: `${basePath}/activity/proof`,
  route: "find_proof",
  scope: "AIBooks.activity.READ",
  parameters,
  async handle({ request, caller, meter, createProofPorts }) {
    const { entity_id, event_id, occurred_at } = parseValues(request.query, parameters);
    return textResponse(
      await findInclusionProof(createProofPorts(meter), caller.org_id, { entity_id, event_id, occurred: occurred_at }),
    );
  },
};

export const describeFindProof = () =>
  describeTextOperation({
    summary: "The proof that the log has an event",
    description:
      "The same as the proof of its entry, for an event whose sequence is not known: it is found by its document, time and " +
      "id. 404 `not_found.not_sealed` with `Retry-After` if the event has no number yet: an hour if it gets one only when the " +
      "operator numbers existing events.",
    returns: "An inclusion proof with a checkpoint.",
    example: proofExample,
  });
