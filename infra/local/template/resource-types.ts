/** Resource types that the local runtime hosts or obeys. */
const hosted: ReadonlySet<string> = new Set([
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Integration",
  "AWS::ApiGatewayV2::Route",
  "AWS::ApiGatewayV2::Stage",
  "AWS::CloudFront::Distribution",
  "AWS::CloudFront::Function",
  "AWS::CloudFront::ResponseHeadersPolicy",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::Events::Rule",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Alias",
  "AWS::KMS::Key",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
]);

/** Resource types that change nothing on a laptop, with the reason. */
const withoutEffect: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::Account": "the role by which API Gateway writes logs: here the runtime writes them itself",
  "AWS::ApiGatewayV2::ApiMapping": "maps a domain to the API, which is served at its local address",
  "AWS::ApiGatewayV2::DomainName": "the API is served at its local address, whatever its name elsewhere",
  "AWS::Backup::BackupPlan": "a laptop's tables are what their folder holds",
  "AWS::Backup::BackupSelection": "a laptop's tables are what their folder holds",
  "AWS::Backup::BackupVault": "a laptop's tables are what their folder holds",
  "AWS::CDK::Metadata": "says which construct library was used",
  "AWS::CloudFront::OriginAccessControl": "files of a bucket are read from a folder",
  "AWS::CloudFront::OriginRequestPolicy": "requests reach the API as they are",
  "AWS::CloudWatch::Alarm": "no metrics are kept",
  "AWS::CloudWatch::CompositeAlarm": "no metrics are kept",
  "AWS::CloudWatch::Dashboard": "no metrics are kept",
  "AWS::Logs::MetricFilter": "no metrics are kept",
  "AWS::Logs::QueryDefinition": "a saved query of the CloudWatch console",
  "AWS::Logs::ResourcePolicy": "log groups are files of the user who runs this",
  "AWS::Route53::RecordSet": "the DNS does not resolve to this machine",
  "AWS::S3::Bucket": "CloudWatch exports nothing here; anchors, and files that CloudFront serves, are in folders",
  "AWS::S3::BucketPolicy": "CloudWatch exports nothing here; anchors, and files that CloudFront serves, are in folders",
  "AWS::SecretsManager::Secret": "a reference to it stands for the secret: here it protects nothing",
  "AWS::SNS::Subscription": "alarms never fire here, so no notification is sent",
  "AWS::SNS::Topic": "alarms never fire here, so no notification is sent",
  "AWS::SNS::TopicPolicy": "alarms never fire here, so no notification is sent",
  "AWS::WAFv2::WebACL": "requests come from this machine, and are counted by no address",
};

/** Returns whether the local runtime hosts resources of a type. */
export function isHosted(type: string): boolean {
  return hosted.has(type);
}

/** Throws, naming each one, when the template has resources that would silently do nothing here. */
export function assertSupported(resources: Readonly<Record<string, { Type: string }>>): void {
  const unsupported = Object.entries(resources)
    .filter(([, { Type }]) => !hosted.has(Type) && !Object.hasOwn(withoutEffect, Type))
    .map(([id, { Type }]) => `${id} (${Type})`);
  if (unsupported.length > 0) {
    throw new Error(
      `The local runtime cannot host ${unsupported.join(", ")}: teach it the type in infra/local, or say in ` +
        "infra/local/template/resource-types.ts why it has no effect.",
    );
  }
}
