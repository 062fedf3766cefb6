import { handleHome, homePath } from "#shared/api/home/handler.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import { specOperations } from "./spec-operations.ts";

const findOperation = createRouter(specOperations, { noun: "file" });

/**
 * Serves the home page, the OpenAPI description and the JSON Schemas. Browsers get the console instead of the home page, if
 * there is one. Throws `ActivityError` `not_found` or `method_not_allowed`.
 */
export async function handleSpecs(request: HttpRequest, consoleUrl: string | null = null): Promise<HttpResponse> {
  if (request.path === homePath) return handleHome(request, consoleUrl);
  const { operation, path } = findOperation(request.method, request.path);
  return operation.handle({ request, path, describeApi });
}

/** Imported on first use: the home page and the JSON Schemas do not need it, and start faster without it. */
async function describeApi(origin: string): Promise<unknown> {
  const { createOpenApiDescription } = await import("./description.ts");
  return createOpenApiDescription(origin);
}
