import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Stands in for the SDK's chain of credential providers inside a function, where Lambda sets the variables once for
 * as long as the environment lives. The SDK asks its default provider for each call, and expects it to remember.
 */
export function defaultProvider() {
  const read = fromEnv();
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
}
