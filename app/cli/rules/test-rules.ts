import { payloadLimitBytes } from "../../contract/limits.ts";
import {
  MatchFailed,
  type RuleMatch,
  type ThoroughMatcher,
} from "../../inspector/patterns/matcher.ts";
import { patternFindings } from "../../inspector/pipeline/stages.ts";
import { verdictOf } from "../../inspector/pipeline/verdict.ts";
import { countRecords } from "../audit/progress.ts";
import type { CommandContext } from "../command-context.ts";
import { type ReadArguments, readSamples } from "./read-samples.ts";
import { readMatcher, rulesFolder } from "./rules-folder.ts";
import type { Sample } from "./sample.ts";
import { SampleInvalid } from "./sample.ts";
import { type Outcome, SampleTotals } from "./sample-totals.ts";

export interface TestArguments extends ReadArguments {
  /** Undefined for the rules that ship. */
  readonly rules: string | undefined;
  /** Only the totals, on standard output. */
  readonly totals: boolean;
}

const noLabel = "-";

/**
 * Judges samples as the inspector judges the text of a message: a verdict a line on standard output,
 * totals on standard error. No server is needed.
 *
 * @returns the exit code: 0 when all were judged, 1 when one could not be read or there was none.
 */
export async function testRules(context: CommandContext, options: TestArguments): Promise<number> {
  const { output, messages, stdin } = context;
  const matcher = await readMatcher(rulesFolder(options.rules));
  messages.line(`rules: ${matcher.version}, ${matcher.size} of them`);
  const totals = new SampleTotals();
  const progress = countRecords(messages);
  try {
    for await (const { source, line, sample } of readSamples(options, stdin)) {
      progress.add();
      if (sample instanceof SampleInvalid) {
        totals.unreadable++;
        const error = sample.message;
        if (options.totals) messages.line(`${source}:${line}: ${error}`);
        else await output.json(JSON.stringify({ source, line, error }));
        continue;
      }
      const judged = judge(matcher, sample);
      totals.add(sample.label ?? noLabel, judged.outcome, judged.matches);
      if (!options.totals) await output.json(lineOf({ source, line, sample, ...judged }));
    }
  } finally {
    progress.stop();
  }
  for (const text of totals.lines()) {
    if (options.totals) await output.line(text);
    else messages.line(text);
  }
  if (totals.samples > 0) return totals.unreadable > 0 ? 1 : 0;
  messages.line(`no sample was read from ${options.path}`);
  return 1;
}

interface Judged {
  readonly outcome: Outcome;
  readonly matches: readonly RuleMatch[];
  /** Why it was not inspected. */
  readonly error?: string;
}

/** One sample that the rules cannot bear must not cost the verdicts of all behind it. */
export function judge(matcher: Pick<ThoroughMatcher, "matchAll">, sample: Sample): Judged {
  const { payload, origin, topic, client: clientId, qos } = sample;
  try {
    const matches = matcher.matchAll(payload, origin, { topic, clientId, qos });
    return { outcome: verdictOf(origin, patternFindings(matches)), matches };
  } catch (error) {
    const tooLarge = error instanceof MatchFailed && error.code === "payload-too-large";
    const reason = tooLarge
      ? `larger than a message may be: ${payloadLimitBytes} bytes`
      : `the rules failed: ${String(error)}`;
    return { outcome: "not-inspected", matches: [], error: reason };
  }
}

function lineOf(
  judged: Judged & { readonly source: string; readonly line: number; readonly sample: Sample },
): string {
  const { source, line, sample, outcome, matches, error } = judged;
  const { id, label, origin, topic, payload } = sample;
  return JSON.stringify({
    ...{ source, line, id, label, origin, topic, bytes: payload.length },
    ...(outcome === "not-inspected" ? { verdict: null, error } : { verdict: outcome }),
    rules: matches.map(({ rule, title, level, action, confidence, tags }) => ({
      ...{ id: rule, title, level, action, confidence, tags },
    })),
  });
}
