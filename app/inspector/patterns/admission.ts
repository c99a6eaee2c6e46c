import { topics } from "../../contract/subjects.ts";
import { levels } from "../../contract/verdict.ts";
import type { CompiledRules } from "./compile.ts";
import { benignCostLimit, costLimit } from "./cost-limits.ts";
import type { Envelope } from "./envelope.ts";
import { binaryKinds, honestBinary } from "./honest-binaries.ts";
import { type Corpus, corpora, createTextSource } from "./hostile-text.ts";
import type { RuleMatch, RuleMatcher } from "./matcher.ts";
import { createRandom } from "./random.ts";
import { createReference } from "./reference.ts";

export interface AdmissionOptions {
  /** So many times the limits of cost. Defaults to 1. */
  readonly leniency?: number;
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
   * Processor time per message, in times of the reference's, which has the same messages in turn.
   * Neither time on the clock nor processor time alone: a replica that starts on a slow or crowded
   * node would refuse a good pack, just when it is needed.
   */
  readonly times: number;
  /** The same in microseconds of this machine, for whoever wants to know. */
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
  const reference = createReference();
  const trials = corpora.map((corpus) => tryCorpus({ matcher, reference, corpus }, options));
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

interface Tried {
  readonly matcher: CompiledRules;
  readonly reference: RuleMatcher;
  readonly corpus: Corpus;
}

function tryCorpus({ matcher, reference, corpus }: Tried, options: AdmissionOptions): Trial {
  const { leniency = 1, bytes = 4096, messages = 64 } = options;
  const limit = leniency * (corpus === "benign" ? benignCostLimit : costLimit);
  const next = createTextSource({ corpus, bytes, provocations: matcher.provocations });
  const alarms = new Set<string>();
  const match = (message: Uint8Array) => {
    for (const match of matcher.matchAll(message, "device")) {
      if (corpus === "benign" && isGrave(match)) alarms.add(match.title);
    }
  };
  try {
    const compared = {
      match,
      reference: (message: Uint8Array) => reference.match(message, "device"),
    };
    // Building states costs several times the limit; a set that never stops building is thrashing.
    timeMessages(next, compared, { messages, mostTimes: 5 * limit });
    const measured = timeMessages(next, compared, { messages, mostTimes: 2 * limit });
    const figure = { corpus, ...measured };
    return { figure, reasons: [...costReason(figure, limit), ...alarmReasons(alarms)] };
  } catch (error) {
    return {
      figure: { corpus, times: 0, meanUs: 0, messages: 0 },
      reasons: [`${corpus}: ${String(error)}`],
    };
  }
}

/** The reference is so quick that a system which counts in milliseconds would miss it. */
const referenceRepeats = 2;

/** Matches messages until there were enough, or all the time that they may take is spent. */
function timeMessages(
  next: () => Uint8Array,
  { match, reference }: Record<"match" | "reference", (message: Uint8Array) => void>,
  { messages, mostTimes }: { messages: number; mostTimes: number },
): Omit<AdmissionFigure, "corpus"> {
  let done = 0;
  let [spentUs, referenceUs] = [0, 0];
  while (done < messages) {
    const message = next();
    spentUs += processorUs(() => match(message));
    referenceUs += processorUs(() => {
      for (let time = 0; time < referenceRepeats; time++) reference(message);
    });
    done++;
    const mostUs = mostTimes * (referenceUs / referenceRepeats / done) * messages;
    if (referenceUs > 0 && spentUs > mostUs) break;
  }
  const times = (spentUs * referenceRepeats) / Math.max(1, referenceUs);
  return { times, meanUs: spentUs / done, messages: done };
}

/** The system may count it in steps of some milliseconds, so only sums say anything. */
function processorUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function costReason({ corpus, times, meanUs }: AdmissionFigure, limit: number): readonly string[] {
  if (times <= limit) return [];
  const us = Math.round(meanUs);
  return [
    `${corpus}: ${Math.round(times)} times as dear as the reference (${us} µs per message here), the limit is ${limit} times`,
  ];
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

/** As devices send: a rule that asks for nothing else would hold them all. */
function envelopeOf(at: number): Envelope {
  const clientId = `pump-${at}`;
  return { topic: topics.reports(clientId), clientId, qos: at % 3 };
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
    for (const [at, report] of [...reports, ...binaries].entries()) {
      for (const match of matcher.matchAll(report, "device", envelopeOf(at))) {
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
