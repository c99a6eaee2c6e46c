import { type Command, InvalidArgumentError, Option } from "commander";
import { auditKinds } from "../../contract/subjects.ts";
import type { RunCommand } from "../command-context.ts";
import { clientId, examples, positive } from "../option-values.ts";
import type { AuditRange } from "./audit-source.ts";

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/;

function time(value: string): number {
  const ms = TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError("A time is a day, as 2026-01-31, or 2026-01-31T12:00:00Z.");
}

const from = () => new Option("--from <time>", "stored then or later (UTC)").argParser(time);
const to = () => new Option("--to <time>", "stored before that (UTC)").argParser(time);

/** What is stored in the range that was asked for; everything where nothing was said. */
function rangeOf(command: Command, { from, to }: Partial<AuditRange>): AuditRange {
  if (from !== undefined && to !== undefined && from >= to) {
    command.error("error: --from must be before --to");
  }
  return { from, to };
}

/** `sentinel audit`: what an auditor asks. */
export function addAuditCommands(program: Command, run: RunCommand): void {
  const audit = program.command("audit").description("the record of logins and registry changes");
  addListCommand(audit, program, run);
  const verify = audit
    .command("verify")
    .description(
      "checks that no audit record is missing, was changed, or was written by somebody else",
    )
    .addOption(from().conflicts("file"))
    .addOption(to().conflicts("file"))
    .option("--file <path>", "check an export instead of the stream; .gz is unzipped")
    .addOption(
      new Option(
        "--anchors <path>",
        "an earlier --json report or export: what it saw must be there still, as far as it is read",
      ).conflicts("to"),
    )
    .addOption(
      new Option(
        "--archive <place>",
        "check the archive instead: s3://<bucket>/<region>, or a folder into which that was copied",
      ).conflicts(["file", "anchors"]),
    )
    .addOption(
      new Option(
        "--live",
        "with --archive: compare the stream with it, so that what was cut off or taken out shows",
      )
        .default(false)
        .conflicts(["from", "to", "file", "anchors"]),
    )
    .option("--json", "a JSON object a writer, then one for the whole", false)
    .addHelpText(
      "after",
      "\nThe public keys of the writers are read from AUDIT_KEYS_FILE.\n" +
        "Exit codes: 0 intact, 1 broken or not readable, 2 called wrongly.\n" +
        examples(
          "sentinel audit verify --from 2026-01-01",
          "sentinel audit verify --file january.jsonl.gz",
          "sentinel audit verify --json --anchors yesterday.jsonl > today.jsonl",
          "sentinel audit verify --archive s3://audit-archive-1a2b/us-east --live",
        ),
    )
    .action((options) => {
      const { file, anchors, archive, live, json } = options;
      if (live && archive === undefined) verify.error("error: --live goes with --archive");
      const range = rangeOf(verify, options);
      return run(
        async (context) =>
          (await import("./verify-command.ts")).verifyAudit(context, {
            ...range,
            file,
            anchors,
            archive,
            live,
            json,
          }),
        program.opts(),
      );
    });
  audit
    .command("compare")
    .description(
      "compares the device table with the audited changes: names what was written past the tools",
    )
    .option(
      "--with <path>",
      "an export of another region's AUDIT, repeatable: each region audits what is changed there",
      (path: string, before: string[]) => [...before, path],
      [] as string[],
    )
    .option("--rate <devices>", "read so many devices a second", positive, 2_000)
    .option("--json", "a JSON object a device", false)
    .addHelpText(
      "after",
      "\nThe public keys of the writers are read from AUDIT_KEYS_FILE.\n" +
        "Exit codes: 0 the same, 1 different or not readable, 2 called wrongly.\n" +
        examples("sentinel audit compare --with eu-west.jsonl.gz --with ap-south.jsonl.gz"),
    )
    .action((options) =>
      run(
        async (context) => (await import("./compare-command.ts")).compareAudit(context, options),
        program.opts(),
      ),
    );
  const exporting = audit
    .command("export")
    .description("writes audit records as JSON lines, which verify --file can check")
    .addOption(from())
    .addOption(to())
    .option("--out <path>", "new file, gzipped when it ends in .gz (default: standard output)")
    .addHelpText(
      "after",
      examples("sentinel audit export --from 2026-01-01 --to 2026-02-01 --out january.jsonl.gz"),
    )
    .action((options) => {
      const range = rangeOf(exporting, options);
      const { out } = options;
      return run(
        async (context) =>
          (await import("./export-command.ts")).exportAudit(context, { ...range, out }),
        program.opts(),
      );
    });
}

function addListCommand(audit: Command, program: Command, run: RunCommand): void {
  const listing = audit
    .command("list")
    .description("lists audit records, newest first")
    .addOption(new Option("--client <id>", "only those under this device").argParser(clientId))
    .addOption(new Option("--kind <kind>", "only those").choices(auditKinds))
    .addOption(from())
    .addOption(to())
    .option("--limit <count>", "so many at most", positive, 100)
    .option("--after <sequence>", "go on where a list with --limit ended", positive)
    .option("--json", "a JSON object a line", false)
    .addHelpText(
      "after",
      examples(
        "sentinel audit list --kind registry",
        "sentinel audit list --client pump-7 --from 2026-01-01 --limit 20",
      ),
    )
    .action(({ client, kind, limit, after, json, ...options }) => {
      const { from: since, to: until } = rangeOf(listing, options);
      const filter = { client, kind, since, until };
      return run(
        async (context) =>
          (await import("./list-command.ts")).listAudit(context, { filter, limit, after, json }),
        program.opts(),
      );
    });
}
