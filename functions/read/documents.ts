import { answerDocuments } from "../../shared/dialects/documents.ts";
import { renderProblem } from "../../shared/dialects/finzbooks/problem.ts";
import { http } from "../../shared/lambda/http.ts";

/** Serves the OpenAPI document and the JSON Schema of events. Needs no token: both are public. */
export const handler = http({ name: "documents", answer: answerDocuments, renderProblem });
