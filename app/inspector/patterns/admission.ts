import { levels } from "../../contract/verdict.ts";
import type { CompiledRules } from "./compile.ts";
import { binaryKinds, honestBinary } from "./honest-binaries.ts";
import { type Corpus, corpora, createTextSource } from "./hostile-text.ts";
import type { RuleMatch } from "./matcher.ts";
import { createRandom } from "./random.ts";

export interface AdmissionOptions {
  /** Mean processor time that no kind of text may exceed. Defaults to 2,000 µs for 4 KiB. */
  readonly limitUs?: number;
  /** The same for ordinary alerts. Defaults to 500 µs for 4 KiB. */
  readonly benignLimitUs?: number;
  /** Size of each message. Defaults to 4 KiB. */
  readonly bytes?: number;
  /** Messages of each kind. Defaults to 64, after as many to warm up. */
  readonly messages?: number;
  /** What devices honestly send, besides the generated alerts and binaries. Defaults to none. */
  readonly honest?: readonly Uint8Array[];
}

export interface AdmissionFigure {
  readonly corpus: Corpus;
  /**
   * Processor time per message. Not time on the clock: a replica that starts on a crowded node
   * would refuse a good pack, just when it is needed. The system counts it in steps of some
   * milliseconds, so only the sum over all messages says anything.
   */
  readonly meanUs: number;
  /** Fewer than asked for when the limit was spent early. */
  readonly messages: number;
}

export interface AdmissionReport {
  readonly ok: boolean;
  readonly version: string;
  readonly figures: readonly AdmissionFigure[];
  /** Why it is refused, one line each; empty if it is not. */
  readonly reasons: readonly string[];
}

interface Trial {
  readonly figure: AdmissionFigure;
  readonly reasons: readonly string[];
}

/**
 * Whether the rules stay affordable on text made to hurt them, by measurement.
 *
 * Linear time is not enough: rules that look harmless can make RE2 rebuild its automaton at every
 * byte, a thousand times dearer, and no reading of the patterns finds all of them. The warm-up also
 * builds the states that the first messages in force would otherwise pay for. It blocks for half a
 * second or so, and not much longer for bad rules, because each kind of text has a budget.
 */
export function admitRules(
  matcher: CompiledRules,
  options: AdmissionOptions = {},
): AdmissionReport {
  const trials = corpora.map((corpus) => tryCorpus(matcher, corpus, options));
  const reasons = [
    ...trials.flatMap((trial) => trial.reasons),
    ...honestReasons(matcher, options.honest ?? []),
  ];
  return {
    ok: reasons.length === 0,
    version: matcher.version,
    figures: trials.map((trial) => trial.figure),
    reasons,
  };
}

function tryCorpus(matcher: CompiledRules, corpus: Corpus, options: AdmissionOptions): Trial {
  const { limitUs = 2000, benignLimitUs = 500, bytes = 4096, messages = 64 } = options;
  const limit = corpus === "benign" ? benignLimitUs : limitUs;
  const next = createTextSource({ corpus, bytes, provocations: matcher.provocations });
  const alarms = new Set<string>();
  const match = (message: Uint8Array) => {
    for (const match of matcher.matchAll(message, "device")) {
      if (corpus === "benign" && isGrave(match)) alarms.add(match.title);
    }
  };
  try {
    // Building states costs several times the limit; a set that never stops building is thrashing.
    timeMessages(next, match, { messages, budgetUs: 5 * limit * messages });
    const measured = timeMessages(next, match, { messages, budgetUs: 2 * limit * messages });
    const figure = { corpus, ...measured };
    return { figure, reasons: [...costReason(figure, limit), ...alarmReasons(alarms)] };
  } catch (error) {
    return { figure: { corpus, meanUs: 0, messages: 0 }, reasons: [`${corpus}: ${String(error)}`] };
  }
}

/** Matches messages until there were enough or the processor time is spent. */
function timeMessages(
  next: () => Uint8Array,
  match: (message: Uint8Array) => void,
  { messages, budgetUs }: { messages: number; budgetUs: number },
): { readonly meanUs: number; readonly messages: number } {
  let done = 0;
  let spentUs = 0;
  while (done < messages && spentUs <= budgetUs) {
    const message = next();
    const before = process.cpuUsage();
    match(message);
    const { user, system } = process.cpuUsage(before);
    spentUs += user + system;
    done++;
  }
  return { meanUs: spentUs / done, messages: done };
}

function costReason({ corpus, meanUs }: AdmissionFigure, limitUs: number): readonly string[] {
  if (meanUs <= limitUs) return [];
  return [`${corpus}: ${Math.round(meanUs)} µs per message, the limit is ${limitUs} µs`];
}

function alarmReasons(titles: ReadonlySet<string>): readonly string[] {
  return [...titles].map(
    (title) => `benign: "${title}" reports an ordinary alert; narrow the rule`,
  );
}

/** What holds an honest report back, or calls somebody for it. A quiet tag is an observation. */
function isGrave({ level, action }: RuleMatch): boolean {
  return action !== "tag" || levels.indexOf(level) >= levels.indexOf("high");
}

/** Enough of each kind to meet by chance what three characters in a row would meet. */
const binariesOfEachKind = 12;

function honestReasons(matcher: CompiledRules, reports: readonly Uint8Array[]): readonly string[] {
  const random = createRandom(reports.length);
  const binaries = binaryKinds.flatMap((kind) =>
    Array.from({ length: binariesOfEachKind }, () => honestBinary(kind, random)),
  );
  const examples = new Map<string, Uint8Array>();
  try {
    for (const report of [...reports, ...binaries]) {
      for (const match of matcher.matchAll(report, "device")) {
        if (isGrave(match) && !examples.has(match.title)) examples.set(match.title, report);
      }
    }
  } catch (error) {
    return [`honest: ${String(error)}`];
  }
  return Array.from(examples, ([title, report]) => {
    const beginning = JSON.stringify(Buffer.from(report.subarray(0, 60)).toString("latin1"));
    return `honest: "${title}" reports ${beginning}; narrow the rule or let it tag`;
  });
}
