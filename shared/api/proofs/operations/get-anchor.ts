import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { anchorExample } from "#shared/api/proofs/openapi/anchor-example.ts";
import { describeTextOperation } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { parseSize, sequencePath } from "#shared/api/proofs/parameters.ts";
import { findAnchor } from "#shared/ledger/anchors/find-anchor.ts";
import type { ProofsOperation } from "./proofs-call.ts";

export const getAnchor: ProofsOperation = {
  operationId: "get_anchor",
  method: "GET",
  path: `${basePath}/activity/changes/{sequence}/anchor`,
  route: "get_anchor",
  scope: "AIBooks.activity.READ",
  parameters: [sequencePath, ...orgParameters],
  async handle({ request, path, caller, meter, createProofPorts }) {
    const sequence = parseSize(path.sequence ?? "", "sequence");
    parseValues(request.query, orgParameters);
    return textResponse(await findAnchor(createProofPorts(meter), caller.org_id, sequence));
  },
};

export const describeGetAnchor = () =>
  describeTextOperation({
    summary: "The anchor that covers an entry",
    description:
      "Anchors commit to the logs of all organisations and are copied out of the account, normally within two minutes. The " +
      "proof has the size and root of the log at an anchor, and shows that the log of anchors commits to them. It can be " +
      "verified offline, with the verification key of the log of anchors.",
    returns: "An anchor proof: the anchored head, its path in the round, and the proof of the round (C2SP tlog-proof).",
    example: anchorExample,
  });
