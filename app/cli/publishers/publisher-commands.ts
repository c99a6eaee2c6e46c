import { type Command, InvalidArgumentError, Option } from "commander";
import { isKeyId, keyIdRule } from "../../contract/alert-signature.ts";
import { reasonLimit } from "../../contract/exception.ts";
import { publisherNamePattern, publisherNameRule } from "../../contract/publisher-key.ts";
import type { RunCommand } from "../command-context.ts";
import { duration, examples, reasonWithin } from "../option-values.ts";

function keyId(value: string): string {
  if (isKeyId(value)) return value;
  throw new InvalidArgumentError(`A key's id is ${keyIdRule}.`);
}

function publisherName(value: string): string {
  if (publisherNamePattern.test(value)) return value;
  throw new InvalidArgumentError(`A publisher's name is ${publisherNameRule}.`);
}

const required = (flags: string, description: string) =>
  new Option(flags, description).makeOptionMandatory();
const reason = () =>
  required("--reason <text>", "why, for the audit").argParser(reasonWithin(reasonLimit));

/** `sentinel publishers`: by what alerts are believed to be whose they say. */
export function addPublisherCommands(program: Command, run: RunCommand): void {
  const keys = program
    .command("publishers")
    .description("who publishes alerts")
    .command("keys")
    .description("public keys that publishers sign their alerts by");
  keys
    .command("new")
    .description("makes a pair: the private key in a file of yours alone, the public one beside it")
    .requiredOption("--out <file>", "for the private key; the public one goes to <file>.pub")
    .addHelpText("after", examples("sentinel publishers keys new --out desk-1.pem"))
    .action(({ out }) =>
      run(async (context) => (await import("./new-key.ts")).newKey(context, out), program.opts()),
    );
  keys
    .command("list")
    .description("lists the keys of all publishers, those that count no more among them")
    .option("--json", "a JSON object a line", false)
    .action(({ json }) =>
      run(
        async (context) => (await import("./key-work.ts")).listKeys(context, { json }),
        program.opts(),
      ),
    );
  keys
    .command("add")
    .description("has alerts believed that are signed by a key")
    .argument("<id>", "under which publishers name it", keyId)
    .addOption(required("--publisher <name>", "whose it is").argParser(publisherName))
    .requiredOption(
      "--public-key <file>",
      "Ed25519 in PEM form (BEGIN PUBLIC KEY); never the private one",
    )
    .option("--in <time>", "only what is signed from then on (default: at once)", duration)
    .option("--for <time>", "and for so long, such as 365d (default: without an end)", duration)
    .addHelpText(
      "after",
      "\nInspectors know it within five seconds, in other regions once the table is copied. An id is never used again.\n" +
        examples(
          "sentinel publishers keys add desk-1 --publisher desk --public-key desk-1.pem.pub",
          "sentinel publishers keys add desk-2 --publisher desk --public-key desk-2.pem.pub --for 365d",
        ),
    )
    .action((id, { publisher, publicKey, in: inMs = 0, for: forMs }) =>
      run(
        async (context) =>
          (await import("./key-work.ts")).addKey(context, {
            id,
            publisher,
            publicKey,
            inMs,
            forMs,
          }),
        program.opts(),
      ),
    );
  keys
    .command("retire")
    .description("ends a key: what was signed before still counts")
    .argument("<id>", "of the key", keyId)
    .option("--in <time>", "from then on (default: at once)", duration)
    .addOption(reason())
    .addHelpText(
      "after",
      examples('sentinel publishers keys retire desk-1 --in 1h --reason "desk-2 has taken over"'),
    )
    .action((keyId, { in: inMs = 0, reason: why }) =>
      run(
        async (context) =>
          (await import("./key-work.ts")).endKey(context, {
            kind: "retire",
            keyId,
            inMs,
            reason: why,
          }),
        program.opts(),
      ),
    );
  keys
    .command("revoke")
    .description("has nothing believed any more that is signed by a key, whenever that was")
    .argument("<id>", "of the key", keyId)
    .addOption(reason())
    .addHelpText(
      "after",
      examples('sentinel publishers keys revoke desk-1 --reason "the host was broken into"'),
    )
    .action((keyId, { reason: why }) =>
      run(
        async (context) =>
          (await import("./key-work.ts")).endKey(context, { kind: "revoke", keyId, reason: why }),
        program.opts(),
      ),
    );
}
