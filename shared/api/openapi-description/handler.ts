import { handleHome, homePath } from "#shared/api/home/handler.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { webhookJsonSchema, webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { ActivityError } from "#shared/errors.ts";
import { eventJsonSchema, eventSchemaPath } from "#shared/events/event-json-schema.ts";
import { createOpenApiDescription, specPaths } from "./description.ts";

const specs: Record<keyof typeof specPaths, (origin: string) => unknown> = {
  "/openapi.json": createOpenApiDescription,
  [eventSchemaPath]: eventJsonSchema,
  [webhookSchemaPath]: webhookJsonSchema,
};

/** Serves the home page, the OpenAPI description and the JSON Schemas. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export async function handleSpecs(request: HttpRequest): Promise<HttpResponse> {
  const { method, path, origin } = request;
  if (path === homePath) return handleHome(request);
  if (!isSpecPath(path)) throw new ActivityError("not_found", "Resource not found. Check the path.");
  if (method !== "GET")
    throw new ActivityError("method_not_allowed", "This file is read-only. Use GET or HEAD.", {
      allow: "GET, HEAD",
    });
  return {
    status: 200,
    headers: { "content-type": "application/json", "cache-control": "public, max-age=300" },
    body: JSON.stringify(specs[path](origin)),
  };
}

function isSpecPath(path: string): path is keyof typeof specPaths {
  return Object.hasOwn(specPaths, path);
}
