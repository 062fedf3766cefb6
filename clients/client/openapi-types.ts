import type { components, operations } from "./generated/openapi.ts";

export type Schemas = components["schemas"];

export type OperationId = keyof operations;

/** The query parameters of an operation. */
export type QueryOf<Id extends OperationId> = NonNullable<operations[Id]["parameters"]["query"]>;

/** The JSON body of the requests of an operation. */
export type BodyOf<Id extends OperationId> = JsonOf<operations[Id]["requestBody"]>;

/** The JSON body of the responses of an operation with that status. */
export type ResponseOf<Id extends OperationId, Status extends number> = Status extends keyof operations[Id]["responses"]
  ? JsonOf<operations[Id]["responses"][Status]>
  : never;

type JsonOf<Message> =
  NonNullable<Message> extends { readonly content: { readonly "application/json": infer Body } } ? Body : never;
