import type { AuditKeyRing } from "../audit-key-ring.ts";
import { AuditVerifier } from "../audit-verifier.ts";
import type { StoredRecord } from "../stored-record.ts";
import { placeOf } from "./archive-name.ts";
import { ArchiveObjectInvalid, type OpenedObject, openObject } from "./archive-object.ts";

/** What is wrong with the archive, and where. */
export interface ArchiveFault {
  readonly code:
    | ArchiveObjectInvalid["code"]
    /** Something that the archive did not put there. */
    | "foreign"
    /** The object before is not the one that it was chained to: that one was taken out, or put in. */
    | "torn"
    /** AUDIT no longer had these records when their turn came, or they were taken out of the archive. */
    | "records-missing";
  readonly name: string;
  readonly text: string;
}

/** Where the archive stands, as far as it was read. */
export interface ArchiveEnd {
  readonly stream: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Checks the objects of a region's archive one after the other, as their names sort, and their
 * records' chains, for each stream that was archived. An object after a broken one is judged by itself.
 */
export class ArchiveVerifier {
  readonly faults: ArchiveFault[] = [];
  /** The check of each stream's chains, in the order in which the streams were made. */
  readonly chains = new Map<string, AuditVerifier>();
  readonly #keys: AuditKeyRing;
  #before: OpenedObject | undefined;
  /** Whether the object before could not be believed: that this one does not follow it is known. */
  #broken = false;
  #end: ArchiveEnd | undefined;
  objects = 0;

  constructor(keys: AuditKeyRing) {
    this.#keys = keys;
  }

  /** The stream that was read last, and how far; undefined when there is nothing. */
  get end(): ArchiveEnd | undefined {
    return this.#end;
  }

  /** @returns the records that are believed. */
  add(name: string, body: Uint8Array): readonly StoredRecord[] {
    this.objects++;
    if (placeOf(name) === undefined) {
      this.#fault("foreign", name, "the archive does not name its objects so");
      return [];
    }
    let object: OpenedObject;
    try {
      object = openObject(name, body, this.#keys);
    } catch (error) {
      if (!(error instanceof ArchiveObjectInvalid)) throw error;
      this.#fault(error.code, name, error.message);
      this.#broken = true;
      return [];
    }
    this.#follow(name, object);
    this.#before = object;
    this.#broken = false;
    const chains = this.#chainsOf(object.head.stream);
    for (const record of object.records) chains.add(record);
    return object.records;
  }

  #follow(name: string, { head }: OpenedObject): void {
    const { stream, first, last, previous } = head;
    const before = this.#before;
    const expected = before?.head.stream === stream ? before.head.last + 1 : undefined;
    const torn = before !== undefined && previous !== before.digest;
    if (torn && !this.#broken) {
      this.#fault(
        "torn",
        name,
        "it does not follow the object before it: one was taken out, or in",
      );
    }
    if (expected !== undefined && first !== expected) {
      const text =
        first > expected
          ? `records ${expected} to ${first - 1} are not in the archive`
          : `it begins with record ${first}, and ${expected} is next`;
      this.#fault("records-missing", name, text);
    }
    this.#end = {
      stream,
      first: expected === undefined ? first : (this.#end?.first ?? first),
      last,
    };
  }

  #chainsOf(stream: string): AuditVerifier {
    const known = this.chains.get(stream);
    if (known) return known;
    const chains = new AuditVerifier(this.#keys);
    this.chains.set(stream, chains);
    return chains;
  }

  #fault(code: ArchiveFault["code"], name: string, text: string): void {
    this.faults.push({ code, name, text });
  }
}
