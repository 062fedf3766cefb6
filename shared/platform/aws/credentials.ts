import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Returns the default credential provider in the bundle of a function, in place of the SDK's chain of providers. Lambda sets
 * the variables once. The SDK calls the provider on every request and expects it to cache.
 */
export function defaultProvider() {
  const read = fromEnv();
  let credentials: ReturnType<typeof read> | undefined;
  return () => {
    credentials ??= read();
    return credentials;
  };
}
