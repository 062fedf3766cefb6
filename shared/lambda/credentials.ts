/** Stands in for the SDK's chain of credential providers inside a function, where Lambda sets the variables. */
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
