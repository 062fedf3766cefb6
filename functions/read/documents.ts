import { answerDocuments } from "../../shared/dialects/documents.ts";
import { renderProblem } from "../../shared/dialects/finzbooks/problem.ts";
import { http } from "../../shared/lambda/http.ts";

/** Serves the page of the API, its OpenAPI document and its JSON Schemas. Needs no token: all are public. */
export const handler = http({ name: "documents", answer: answerDocuments, renderProblem });
