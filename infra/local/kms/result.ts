/** Response of a service: the output of an operation, or an error. */
export type AwsResult<Value = string | readonly string[]> =
  | { readonly kind: "output"; readonly output: Readonly<Record<string, Value>> }
  | { readonly kind: "fault"; readonly code: string; readonly message: string };

export type KmsOperation = (body: unknown) => AwsResult;

export function output(values: Readonly<Record<string, string | readonly string[]>>): AwsResult {
  return { kind: "output", output: values };
}

export function fault(code: string, message: string): AwsResult {
  return { kind: "fault", code, message };
}

export function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}
