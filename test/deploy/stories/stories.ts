import { relative } from "node:path";
import { z } from "zod";

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.optional(z.string()),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.optional(z.nullable(z.array(z.string()))),
        }),
      ),
    }),
  ),
});

export type Story = {
  /** As `test/smoke/http.test.ts: a browser app may ask`. */
  readonly name: string;
  readonly status: string;
  /** Why it failed; empty where it did not. */
  readonly message: string;
};

/** The stories in a JSON report of Vitest. A file that failed as a whole is a story, too. */
export function parseStories(text: string, root: string): Story[] {
  return report
    .parse(JSON.parse(text))
    .testResults.flatMap(({ name: path, status, message = "", assertionResults }) => {
      const file = relative(root, path);
      const stories = assertionResults.map(({ fullName, status: own, failureMessages }) => ({
        name: `${file}: ${fullName}`,
        status: own,
        message: (failureMessages ?? []).join("\n"),
      }));
      const isExplained = status === "passed" || stories.some((story) => story.status === "failed");
      return isExplained ? stories : [...stories, { name: file, status, message }];
    });
}

/**
 * Compares what happened with the stories that are known to fail. Gives one text for each that failed and should not,
 * that was not told, that passed though listed, and that is listed but not there.
 */
export function surprises(stories: readonly Story[], expectedFailures: Readonly<Record<string, string>>): string[] {
  if (stories.length === 0) return ["No story was told."];
  const isExpected = ({ name }: Story) => name in expectedFailures;
  const others = stories.filter((story) => story.status !== (isExpected(story) ? "failed" : "passed"));
  const unknown = Object.keys(expectedFailures).filter((name) => !stories.some((story) => story.name === name));
  return [
    ...others.map((story) =>
      isExpected(story)
        ? `${story.name}: is listed as failing, and is ${story.status}. Correct the list.`
        : `${story.name}: is ${story.status}. ${story.message}`,
    ),
    ...unknown.map((name) => `${name}: is listed as failing, and there is no such story.`),
  ];
}
