import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { sigmaFilter } from "../app/exceptions/sigma-filter.ts";
import { RuleSchema } from "../app/inspector/patterns/rule.ts";
import { rawRule } from "../app/inspector/patterns/sample-rule.ts";
import { bringTool } from "../tools/bring-tool.ts";

const root = join(import.meta.dirname, "..");

/** Both fetch their lists of names from the internet, which tests do without. */
const fetching = ["attacktag", "d3_fendtag"].flatMap((name) => ["--exclude", name]);

function check(...files: readonly string[]) {
  const sigma = join(root, ".tools/sigma/bin/sigma");
  const args = ["check", "--fail-on-error", "--fail-on-issues", ...fetching, ...files];
  const { status, stdout, stderr } = spawnSync(sigma, args, { encoding: "utf8" });
  return { status, said: `${stdout}${stderr}` };
}

const missing = bringTool("sigma");
if (missing) console.warn(missing);

describe.skipIf(missing)("Sigma's own tool", () => {
  it("accepts every rule, without an error or an issue", () => {
    const files = readdirSync(import.meta.dirname)
      .filter((name) => name.endsWith(".yaml") && name !== "pack.yaml")
      .map((name) => join(import.meta.dirname, name));
    const { status, said } = check(...files);
    expect(said).toMatch(/Found 0 errors, 0 condition errors and 0 issues/);
    expect(status).toBe(0);
  });

  it("accepts every field and modifier that a rule may have", () => {
    const directory = mkdtempSync(join(tmpdir(), "sentinel-sigma-"));
    const file = join(directory, "modifiers.yaml");
    const detection = {
      texts: {
        "alert.a.b|contains|all": ["red", "blue"],
        "alert.*.b|startswith": "red",
        "alert.**.b|endswith": "blue",
        "alert.id|re": "^[a-f][0-9]$",
        "alert.id|re|i": "^[a-f][0-9]$",
        "payload|base64offset|contains": "powershell",
      },
      others: {
        "alert.to|cidr": ["10.0.0.0/8", "fd00::/8"],
        "alert.n|gt": 1,
        "alert.n|gte": 1.5,
        "alert.n|lt": 10,
        "alert.n|lte": 9,
        "alert.x|exists": false,
        "mqtt.qos": 0,
        "mqtt.publish.topic": "clients/a/reports",
        "mqtt.connect.clientid": ["a", "b"],
        "mqtt.publish.message|contains": "attack",
      },
      condition: "texts and not (others or 1 of oth*) and all of texts",
    };
    const rule = rawRule({ detection });
    try {
      expect(RuleSchema.safeParse(rule).success).toBe(true);
      writeFileSync(file, stringify(rule));
      expect(check(file)).toMatchObject({ status: 0 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("accepts an exception as a filter of its rule, and reads what is in it", () => {
    const directory = mkdtempSync(join(tmpdir(), "sentinel-sigma-"));
    const file = join(directory, "filter.yaml");
    const rule = "463d6845-269a-498d-b5f6-c9c3b623ae1b";
    const { filter = "" } = sigmaFilter(
      {
        ...{ id: "3b241101-e2bb-4255-8caf-4136c566a962", region: "us-east", kind: "exception" },
        scope: { rule, client: "bench-*", label: "site:oslo", origin: "device" },
        ...{ reason: "load tests: # 7", critical: false, expiresAt: 86_400_000 },
        ...{ addedBy: "api:ann", addedAt: 0, findings: 0 },
      },
      undefined,
    );
    try {
      writeFileSync(file, filter);
      expect(check(file)).toMatchObject({ status: 0 });
      writeFileSync(file, filter.replace(/rules:\n.*\n/, ""));
      expect(check(file).status).not.toBe(0);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("refuses what is no rule, so that its silence means something", () => {
    const { status, said } = check(join(import.meta.dirname, "pack.yaml"));
    expect(said).toMatch(/must have a log source/);
    expect(status).not.toBe(0);
  });
});
