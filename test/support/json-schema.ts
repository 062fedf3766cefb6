import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** A validator of one JSON Schema (draft 2020-12); `references` are what it may point to, by the name it uses. */
export function schemaFaults(schema: object, root: object = {}): (value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const validate = ajv.compile({ ...root, ...schema });
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
