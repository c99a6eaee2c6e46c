import {
  type ExceptionEnding,
  type ExceptionKind,
  exceptionLimit,
} from "../../contract/exception.ts";
import { covers, type Exception, endingOf, flawOf, mayCover } from "../../exceptions/exception.ts";
import type { ExceptionOutcome } from "../../exceptions/exception-change.ts";
import type { ExceptionChange } from "../../exceptions/exception-schema.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";

/** Who ends what nobody ended. */
const ourselves = "sentinel";

/**
 * What hides findings, and what was hidden. Calculates only: whoever uses it stores what has changed,
 * together with everything else, so that what is hidden is counted exactly.
 */
export class ExceptionSet {
  readonly #region: string;
  readonly #inForce = new Map<string, Exception>();
  /** Of all that is stored, those that ended. */
  readonly #over = new Map<string, Exception>();
  #changed = new Map<string, Exception>();

  constructor(region: string) {
    this.#region = region;
  }

  /** Messages that storing what changed will take. */
  get pending(): number {
    return this.#changed.size;
  }

  inForce(kind: ExceptionKind): number {
    let count = 0;
    for (const each of this.#inForce.values()) if (each.kind === kind) count++;
    return count;
  }

  /** Takes one as it was stored; a later version of one that was taken before counts. */
  restore(exception: Exception): void {
    const { id } = exception;
    this.#inForce.delete(id);
    if (exception.end) this.#over.set(id, exception);
    else this.#inForce.set(id, exception);
  }

  /** Whether the labels of its client say what becomes of a finding. */
  asksForLabels(finding: SeenFinding): boolean {
    for (const each of this.#inForce.values()) {
      if (each.scope.label !== undefined && mayCover(each, finding)) return true;
    }
    return false;
  }

  /**
   * Counts a finding in what hides it: an exception rather than a silence, and of several the one that
   * was added first. @returns which kind that was
   */
  hide(
    finding: SeenFinding,
    labels: readonly string[] | undefined,
    nowMs: number,
  ): ExceptionKind | undefined {
    let found: Exception | undefined;
    for (const each of this.#inForce.values()) {
      if (endingOf(each, nowMs) !== undefined || !covers(each, finding, labels)) continue;
      if (!found || (found.kind === "silence" && each.kind === "exception")) found = each;
    }
    if (!found) return undefined;
    this.#put({ ...found, findings: found.findings + 1, lastMatched: nowMs });
    return found.kind;
  }

  /** What a person asked for; the same again changes nothing. */
  change(change: ExceptionChange, nowMs: number): ExceptionOutcome {
    const { id, actor } = change;
    const known = this.#inForce.get(id) ?? this.#over.get(id);
    if (change.kind === "end") {
      if (!known) return { refused: "unknown", detail: `there is no exception ${id}` };
      if (!known.end) this.#end(known, { by: actor, why: "ended" }, nowMs);
      return { exception: this.#over.get(id) ?? known };
    }
    if (known) return { exception: known };
    const detail = flawOf(change.exception, nowMs);
    if (detail !== undefined) return { refused: "invalid", detail };
    if (this.#inForce.size >= exceptionLimit) {
      return { refused: "full", detail: `there are ${exceptionLimit} already; end some` };
    }
    const added = { addedBy: actor, addedAt: Math.floor(nowMs), findings: 0 };
    const exception = { ...change.exception, id, region: this.#region, ...added };
    this.#put(exception);
    return { exception };
  }

  /** What the passing of time brings: that some end. */
  tick(nowMs: number): void {
    for (const each of this.#inForce.values()) {
      const why = endingOf(each, nowMs);
      if (why !== undefined) this.#end(each, { by: ourselves, why }, nowMs);
    }
  }

  takeChanges(): readonly Exception[] {
    const changes = [...this.#changed.values()];
    this.#changed = new Map();
    return changes;
  }

  #put(exception: Exception): void {
    this.#inForce.set(exception.id, exception);
    this.#changed.set(exception.id, exception);
  }

  #end(
    exception: Exception,
    { by, why }: { readonly by: string; readonly why: ExceptionEnding },
    nowMs: number,
  ): void {
    const ended = { ...exception, end: { at: Math.floor(nowMs), by, why } };
    this.#inForce.delete(exception.id);
    this.#over.set(exception.id, ended);
    this.#changed.set(exception.id, ended);
  }
}
