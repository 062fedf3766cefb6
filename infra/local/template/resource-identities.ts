/** The location of a template's resources: account, region, and the addresses of the local servers. */
export type StackLocation = {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  /** Origin of the HTTP API, as `http://127.0.0.1:3000`. */
  readonly api: string;
  /** Origin of the servers that emulate the AWS services. */
  readonly services: string;
  /** Label of each table's stream, by table name; filled as tables are created. */
  readonly streamLabels: ReadonlyMap<string, string>;
};

type ResourceIdentity = {
  readonly ref: string;
  /** Value of a `Fn::GetAtt`; undefined for an attribute that the type does not have here. */
  attribute(name: string): string | undefined;
};

/** Returns the value of a property, without intrinsic functions. */
type PropertyReader = (name: string) => unknown;

type ResourceKind = {
  /** The property that names the resource; without it CloudFormation's choice is the logical id. */
  readonly nameProperty: string;
  identify(name: string, place: StackLocation, property: PropertyReader): ResourceIdentity;
};

export const apiId = "local";

const table: ResourceKind = {
  nameProperty: "TableName",
  identify(name, { account, region, streamLabels }) {
    const arn = `arn:aws:dynamodb:${region}:${account}:table/${name}`;
    return {
      ref: name,
      attribute: (attribute) => {
        const label = streamLabels.get(name);
        if (attribute === "StreamArn" && label !== undefined) return `${arn}/stream/${label}`;
        return attribute === "Arn" ? arn : undefined;
      },
    };
  },
};

const role: ResourceKind = {
  nameProperty: "RoleName",
  identify(name, { account }, property) {
    const path = property("Path");
    const arn = `arn:aws:iam::${account}:role${typeof path === "string" ? path : "/"}${name}`;
    return { ref: name, attribute: (attribute) => ({ Arn: arn, RoleId: name })[attribute] };
  },
};

function named(
  nameProperty: string,
  attributes: (name: string, place: StackLocation) => Record<string, string>,
): ResourceKind {
  return {
    nameProperty,
    identify: (name, place) => {
      const { ref = name, ...others } = attributes(name, place);
      return { ref, attribute: (attribute) => others[attribute] };
    },
  };
}

const kinds: Readonly<Record<string, ResourceKind>> = {
  "AWS::DynamoDB::GlobalTable": table,
  "AWS::DynamoDB::Table": table,
  "AWS::SQS::Queue": named("QueueName", (name, { account, region, services }) => {
    const url = `${services}/${account}/${name}`;
    return { ref: url, QueueUrl: url, QueueName: name, Arn: `arn:aws:sqs:${region}:${account}:${name}` };
  }),
  "AWS::KMS::Key": named("", (name, { account, region }) => ({
    KeyId: name,
    Arn: `arn:aws:kms:${region}:${account}:key/${name}`,
  })),
  "AWS::KMS::Alias": named("AliasName", () => ({})),
  "AWS::Events::Rule": named("Name", (name, { account, region }) => ({
    Arn: `arn:aws:events:${region}:${account}:rule/${name}`,
  })),
  "AWS::Lambda::Function": named("FunctionName", (name, place) => ({ Arn: functionArn(name, place) })),
  "AWS::IAM::Role": role,
  "AWS::Logs::LogGroup": named("LogGroupName", (name, { account, region }) => ({
    Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
  })),
  "AWS::ApiGatewayV2::Api": named("", (_, { api }) => ({ ref: apiId, ApiId: apiId, ApiEndpoint: api })),
  "AWS::ApiGatewayV2::Stage": named("StageName", () => ({})),
  "AWS::CloudFront::Distribution": named("", (name) => ({ DomainName: `${name.toLowerCase()}.cloudfront.net` })),
  "AWS::CloudFront::Function": named("", (name, { account }) => {
    const arn = `arn:aws:cloudfront::${account}:function/${name}`;
    return { ref: arn, Arn: arn, FunctionARN: arn };
  }),
  "AWS::CloudFront::OriginAccessControl": named("", (name) => ({ Id: name })),
  "AWS::S3::Bucket": named("BucketName", (name, { region }) => ({
    Arn: `arn:aws:s3:::${name}`,
    RegionalDomainName: `${name.toLowerCase()}.s3.${region}.amazonaws.com`,
  })),
  "AWS::SNS::Topic": named("TopicName", (name, { account, region }) => {
    const arn = `arn:aws:sns:${region}:${account}:${name}`;
    return { ref: arn, TopicArn: arn, TopicName: name };
  }),
};

/** Every other type is only ever referred to by name or ARN. */
const anyKind: (type: string) => ResourceKind = (type) =>
  named("", (name, { account, region }) => ({
    Arn: `arn:aws:${type.split("::")[1]?.toLowerCase()}:${region}:${account}:${name}`,
  }));

export function functionArn(name: string, { account, region }: Pick<StackLocation, "account" | "region">): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/** The values of `Ref` and `Fn::GetAtt` of a resource. */
export function identify(
  logicalId: string,
  type: string,
  property: PropertyReader,
  place: StackLocation,
): ResourceIdentity {
  const kind = kinds[type] ?? anyKind(type);
  const name = kind.nameProperty === "" ? undefined : property(kind.nameProperty);
  return kind.identify(typeof name === "string" ? name : logicalId, place, property);
}
