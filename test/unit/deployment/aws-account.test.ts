import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAwsAccount } from "#infra/deployment/aws-account.ts";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import { setEnvironment } from "#test/support/vitest/environment.ts";

type CannedResponse = { readonly status?: number; readonly body: string };

const json = (body: object, status = 200): CannedResponse => ({ status, body: JSON.stringify(body) });

/** CloudFormation's query protocol: one operation's result. */
function xml(operation: string, result: string): CannedResponse {
  const namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
  return {
    body: `<${operation}Response xmlns="${namespace}"><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  };
}

const summary = (type: string, id: string) =>
  `<member><LogicalResourceId>L</LogicalResourceId><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId></member>`;

/** Responses of the services, by target, path or action, and a word of the body. */
const responses: readonly [request: RegExp, response: CannedResponse][] = [
  [
    /2016-08-19\/account-settings/,
    json({ AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 520 } }),
  ],
  [/functions\/fn-1\/concurrency/, json({ ReservedConcurrentExecutions: 80 })],
  [/functions\/fn-2\/concurrency/, json({})],
  [/AmazonSSM\.GetParameter .*hnb659fds/, json({ Parameter: { Name: "n", Value: "21" } })],
  [
    /DescribeCertificate .*:certificate\/1"/,
    json({
      Certificate: { Status: "ISSUED", DomainName: "a.example", SubjectAlternativeNames: ["a.example", "b.example"] },
    }),
  ],
  [/DescribeCertificate/, json({ __type: "ResourceNotFoundException", message: "no" }, 400)],
  [
    /hostedzone\/Z1/,
    {
      body: "<GetHostedZoneResponse><HostedZone><Id>Z1</Id><Name>example.com.</Name><CallerReference>c</CallerReference></HostedZone></GetHostedZoneResponse>",
    },
  ],
  [
    /hostedzone\/Z2/,
    {
      status: 404,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>no</Message></Error></ErrorResponse>",
    },
  ],
  [/account-settings/, json({ ResourceTypeOptInPreference: { DynamoDB: true }, ResourceTypeManagementPreference: {} })],
  [
    /GetResources .*"PaginationToken":"next"/,
    json({ PaginationToken: "", ResourceTagMappingList: [{ ResourceARN: "arn:2", Tags: [] }] }),
  ],
  [
    /GetResources .*"Key":"stage"/,
    json({
      PaginationToken: "next",
      ResourceTagMappingList: [{ ResourceARN: "arn:1", Tags: [{ Key: "stage", Value: "prod" }] }],
    }),
  ],
  [
    /ListStackResources/,
    xml(
      "ListStackResources",
      `<StackResourceSummaries>${summary("AWS::Lambda::Function", "fn-1")}${summary("AWS::SQS::Queue", "q")}${summary("AWS::Lambda::Function", "fn-2")}</StackResourceSummaries>`,
    ),
  ],
  [
    /DescribeStacks.*StackName=here/,
    xml(
      "DescribeStacks",
      "<Stacks><member><StackName>here</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_FAILED</StackStatus><EnableTerminationProtection>true</EnableTerminationProtection></member></Stacks>",
    ),
  ],
  [
    /DescribeStacks/,
    {
      status: 400,
      body: "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id gone does not exist</Message></Error></ErrorResponse>",
    },
  ],
];

async function respondTo(request: IncomingMessage): Promise<CannedResponse> {
  const requestText = `${request.headers["x-amz-target"] ?? ""} ${request.url} ${await text(request)}`;
  const found = responses.find(([pattern]) => pattern.test(requestText));
  if (found === undefined) throw new Error(`No response is defined for ${requestText}`);
  return found[1];
}

const server = createServer(async (request, response) => {
  const { status = 200, body } = await respondTo(request);
  response.writeHead(status, { "content-type": body.startsWith("<") ? "text/xml" : "application/json" }).end(body);
});

beforeAll(async () => {
  setEnvironment({
    AWS_ENDPOINT_URL: await listenOnLoopback(server, 0),
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "x",
    AWS_SECRET_ACCESS_KEY: "x",
  });
});
afterAll(() => closeServer(server));

describe("createAwsAccount", () => {
  it("returns the region of the profile, or the configured one", async () => {
    expect(await createAwsAccount({}).region()).toBe("eu-central-1");
    expect(await createAwsAccount({ region: "us-west-2" }).region()).toBe("us-west-2");
  });

  it("returns the concurrency limit, and the concurrency that a stack reserves", async () => {
    const account = createAwsAccount({});
    expect(await account.concurrency()).toEqual({ limit: 1_000, unreserved: 520 });
    expect(await account.reservedBy("here")).toBe(80);
    expect(await account.reservedBy("gone")).toBe(0);
  });

  it("returns the state of a stack, or null when it does not exist", async () => {
    const account = createAwsAccount({});
    expect(await account.stack("here")).toEqual({ status: "CREATE_FAILED", isProtected: true });
    expect(await account.stack("gone")).toBeNull();
  });

  it("returns bootstrap version, certificates and zones, or null when they do not exist", async () => {
    const account = createAwsAccount({});
    expect(await account.bootstrapVersion()).toBe(21);
    const arn = "arn:aws:acm:us-east-1:123456789012:certificate";
    expect(await account.certificate(`${arn}/1`)).toEqual({ status: "ISSUED", names: ["a.example", "b.example"] });
    expect(await account.certificate(`${arn}/2`)).toBeNull();
    expect(await account.hostedZone("Z1")).toEqual({ name: "example.com" });
    expect(await account.hostedZone("Z2")).toBeNull();
  });

  it("returns the settings of AWS Backup, and all pages of tagged resources", async () => {
    const account = createAwsAccount({});
    expect(await account.backupSettings()).toEqual({ optedIn: true, isManaged: false });
    expect(await account.tagged({ stage: "prod" })).toEqual([
      { arn: "arn:1", tags: { stage: "prod" } },
      { arn: "arn:2", tags: {} },
    ]);
  });
});
