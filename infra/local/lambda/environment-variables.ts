import type { FunctionDefinition } from "./function-definition.ts";

type ServiceCredentials = {
  readonly region: string;
  readonly origin: string;
  readonly accessKey: string;
};

/** Returns the environment variables of a function: those of the template and those that Lambda sets. */
export function environmentVariables(
  definition: FunctionDefinition,
  services: ServiceCredentials,
): Record<string, string> {
  return {
    ...definition.variables,
    AWS_REGION: services.region,
    AWS_DEFAULT_REGION: services.region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_ACCESS_KEY_ID: services.accessKey,
    AWS_SECRET_ACCESS_KEY: services.accessKey,
    AWS_SESSION_TOKEN: "local",
    AWS_ENDPOINT_URL_DYNAMODB: services.origin,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: services.origin,
    AWS_ENDPOINT_URL_KMS: services.origin,
    AWS_ENDPOINT_URL_LAMBDA: services.origin,
    AWS_ENDPOINT_URL_SQS: services.origin,
    LAMBDA_TASK_ROOT: definition.folder,
    TZ: ":UTC",
    _HANDLER: definition.handler,
  };
}
