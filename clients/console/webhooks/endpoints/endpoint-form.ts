import type { EndpointPatch, EndpointSettings } from "#clients/client/finzbooks/endpoints.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import type { ApiFailure } from "#clients/console/api/api-failure.ts";

export type HeaderRow = { readonly name: string; readonly value: string };

/** What a reader has entered for an endpoint. */
export type EndpointForm = {
  readonly url: string;
  readonly events: readonly string[];
  readonly entityId: string;
  readonly description: string;
  /** `null` keeps the headers of the endpoint, whose values the API does not return. */
  readonly headers: readonly HeaderRow[] | null;
};

export const formFields = ["url", "events", "entity_id", "description", "headers"] as const;

export type FormField = (typeof formFields)[number];

/** The errors of a form: at fields, and of the form as a whole under `form`. */
export type FormErrors = Partial<Readonly<Record<FormField | "form", string>>>;

export const emptyForm: EndpointForm = { url: "", events: ["*"], entityId: "", description: "", headers: [] };

/** Returns the form of an existing endpoint. */
export function toForm({ url, events, entity_id, description }: Schemas["WebhookEndpoint"]): EndpointForm {
  return { url, events, entityId: entity_id ?? "", description: description ?? "", headers: null };
}

/** Returns the body that creates an endpoint. */
export function toSettings({ url, events, entityId, description, headers }: EndpointForm): EndpointSettings {
  return {
    url: url.trim(),
    events: [...events],
    entity_id: textOrNull(entityId),
    description: textOrNull(description),
    headers: toHeaders(headers ?? []),
  };
}

/** Returns the body that changes an endpoint: what differs from it. */
export function toPatch(form: EndpointForm, endpoint: Schemas["WebhookEndpoint"]): EndpointPatch {
  const { url, events, entity_id, description } = toSettings(form);
  return {
    ...(url === endpoint.url ? {} : { url }),
    ...(isSameList(events, endpoint.events) ? {} : { events }),
    ...(entity_id === endpoint.entity_id ? {} : { entity_id }),
    ...(description === endpoint.description ? {} : { description }),
    ...(form.headers === null ? {} : { headers: toHeaders(form.headers) }),
  };
}

/** Returns what is missing before a form can be sent; the API checks the rest. */
export function findMissing({ url, events, headers }: EndpointForm): FormErrors {
  return {
    ...(url.trim() === "" ? { url: "Enter the address of your receiver." } : {}),
    ...(events.length === 0 ? { events: "Choose at least one event type." } : {}),
    ...(headers?.some(({ name, value }) => (name.trim() === "") !== (value.trim() === ""))
      ? { headers: "Enter a name and a value for each header." }
      : {}),
  };
}

/** Returns the errors of a refused form. Headers must be entered again with another URL, which the API reports for `headers`. */
export function toFormErrors(failure: ApiFailure, format: (failure: ApiFailure) => string): FormErrors {
  const field = failure.kind === "invalid" || failure.kind === "conflict" ? failure.field : null;
  const known = formFields.find((name) => name === field);
  return { [known ?? "form"]: format(failure) };
}

function toHeaders(rows: readonly HeaderRow[]): Record<string, string> | null {
  const entered = rows.filter(({ name, value }) => name.trim() !== "" || value.trim() !== "");
  return entered.length === 0
    ? null
    : Object.fromEntries(entered.map(({ name, value }) => [name.trim(), value.trim()]));
}

function textOrNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}
