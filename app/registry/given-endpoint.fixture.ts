import { randomBytes } from "node:crypto";
import { DeleteTableCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { createDynamoClient } from "./device-table.ts";
import type { TestTable } from "./emulator.fixture.ts";

const variable = "REGISTRY_TEST_ENDPOINT";

/**
 * Where the user has started an emulator of his own, such as AWS's DynamoDB Local, whose terms are
 * between him and AWS. Undefined when there is none.
 *
 * @throws Error for anything that could be DynamoDB itself: these tests are not for real tables.
 */
export function givenEndpoint(environment = process.env): string | undefined {
  const given = environment[variable];
  if (given === undefined || given === "") return undefined;
  if (URL.canParse(given) && new URL(given).protocol === "http:") return given;
  throw new Error(
    `${variable} must be the URL of an emulator, such as http://127.0.0.1:8000, got "${given}"`,
  );
}

/** Tables with a name that nobody has, which are dropped at the end: others' are not touched. */
export async function useEndpoint(endpoint: string): Promise<TestTable> {
  const client = createDynamoClient({
    region: "us-east-1",
    endpoint,
    attemptMs: 20_000,
    attempts: 3,
  });
  const table = `registry-test-${randomBytes(6).toString("hex")}`;
  return {
    endpoint,
    client,
    table,
    stop: async () => {
      const { TableNames: names = [] } = await client.send(new ListTablesCommand({}));
      for (const name of names.filter((each) => each.startsWith(table))) {
        await client.send(new DeleteTableCommand({ TableName: name }));
      }
      client.destroy();
    },
  };
}
