import { randomBytes } from "node:crypto";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type ApiRole,
  type ApiTokenEntry,
  apiRoles,
  apiTokenDigest,
  apiTokenName,
  apiTokenNameRule,
  apiTokenOf,
} from "../../contract/api-token.ts";
import type { CommandContext, RunCommand } from "../command-context.ts";
import { examples } from "../option-values.ts";

interface TokenArguments {
  readonly name: string;
  readonly role: ApiRole;
}

function tokenName(value: string): string {
  if (apiTokenName.test(value)) return value;
  throw new InvalidArgumentError(`A name is ${apiTokenNameRule}.`);
}

/** `sentinel tokens`: who may use the API. */
export function addTokenCommands(program: Command, run: RunCommand): void {
  const tokens = program.command("tokens").description("tokens for the REST API");
  tokens
    .command("create")
    .description("makes a token and shows it, once, with the entry for the API's tokens file")
    .requiredOption(
      "--name <name>",
      "of whoever will hold it; the audit says api:<name>",
      tokenName,
    )
    .addOption(
      new Option("--role <role>", "what it allows").choices(apiRoles).makeOptionMandatory(),
    )
    .addHelpText(
      "after",
      "\nNothing is changed: the token works once its entry is in the API's tokens file. The token goes to\n" +
        "standard output, the entry to standard error.\n" +
        examples(
          "sentinel tokens create --name night-shift --role operator",
          "sentinel tokens create --name grafana --role viewer > grafana.token",
        ),
    )
    .action((options: TokenArguments) =>
      run((context) => createToken(context, options), program.opts()),
    );
}

async function createToken(context: CommandContext, { name, role }: TokenArguments) {
  const token = apiTokenOf(randomBytes(32));
  const entry: ApiTokenEntry = { name, role, sha256: apiTokenDigest(token) };
  await context.output.line(token);
  context.messages.line(JSON.stringify(entry));
  return 0;
}
