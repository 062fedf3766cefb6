import { createServer } from "node:http";
import { afterAll } from "vitest";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";

/** Starts a CloudFormation that returns one stack with these outputs for every request. Returns its URL. */
export async function startCloudFormation(stackName: string, outputs: Readonly<Record<string, string>>) {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/xml" }).end(describedStack(stackName, outputs));
  });
  const origin = await listenOnLoopback(server, 0);
  afterAll(() => closeServer(server));
  return origin;
}

/** Returns the response to `DescribeStacks` in AWS's query protocol. */
function describedStack(stackName: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
    <Stacks><member>
      <StackName>${stackName}</StackName>
      <StackStatus>UPDATE_COMPLETE</StackStatus>
      <CreationTime>2026-01-01T00:00:00Z</CreationTime>
      <Outputs>${members.join("")}</Outputs>
    </member></Stacks>
  </DescribeStacksResult></DescribeStacksResponse>`;
}
