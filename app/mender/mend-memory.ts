import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { GivenUpCopy } from "../audit/copy-event.ts";

const dayMs = 24 * 3_600_000;

/** Copies that were given up, and how far they have to come. */
export interface OpenMend {
  readonly operation: string;
  readonly copies: readonly (GivenUpCopy & { readonly goal: number })[];
}

const MemorySchema = z.object({
  /** When copies were given up, in milliseconds since 1970. */
  times: z.array(z.number()),
  open: z
    .object({
      operation: z.string(),
      copies: z.array(
        z.object({
          account: z.string(),
          stream: z.string(),
          missing: z.number(),
          goal: z.number(),
        }),
      ),
    })
    .optional(),
});
type Memory = z.infer<typeof MemorySchema>;

/** What was given up, and what of it is not whole again: kept in a file, so that a restart of ours forgets nothing. */
export class MendMemory {
  readonly #file: string;
  #memory: Memory;

  constructor(file: string) {
    this.#file = file;
    this.#memory = readMemory(file);
  }

  get open(): OpenMend | undefined {
    return this.#memory.open;
  }

  /** When the last copies were given up, in milliseconds since 1970. */
  get lastAt(): number {
    return this.#memory.times.at(-1) ?? 0;
  }

  /** How often copies were given up in the 24 hours before. */
  countSince(nowMs: number): number {
    return this.#memory.times.filter((time) => time > nowMs - dayMs).length;
  }

  begin(open: OpenMend, nowMs: number): void {
    const times = this.#memory.times.filter((time) => time > nowMs - dayMs);
    this.#keep({ times: [...times, nowMs], open: { ...open, copies: [...open.copies] } });
  }

  end(): void {
    this.#keep({ times: this.#memory.times });
  }

  #keep(memory: Memory): void {
    this.#memory = memory;
    writeFileSync(`${this.#file}.draft`, JSON.stringify(memory));
    renameSync(`${this.#file}.draft`, this.#file);
  }
}

/** Nothing, when there is no file or it is not one of ours. */
function readMemory(file: string): Memory {
  try {
    return MemorySchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return { times: [] };
  }
}
