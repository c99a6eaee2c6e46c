import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { type FenceRules, fenceRules } from "./fence-rules.ts";

const run = promisify(execFile);
const { PATH = "" } = process.env;
/** Where Debian keeps it is not on everybody's path. Without a home it keeps no history. */
const options = { env: { PATH: `${PATH}:/usr/sbin:/sbin`, HOME: "/nonexistent" } };
const answerLimitMs = 10_000;
const pollMs = 20;
const toldLimit = 2_000;

/** Rules in the kernel, for as long as they are held. */
export interface HeldRules {
  /** What was held back since they were made, each packet as often as it was sent. */
  readonly droppedBytes: () => Promise<number>;
  /** Resolves with what nft said when it ends: then the rules are gone. */
  readonly ended: Promise<string>;
  readonly release: () => Promise<void>;
}

type Place = Pick<FenceRules, "table" | "counter">;

const CountersSchema = z.object({
  nftables: z.array(
    z.looseObject({
      counter: z.object({ name: z.string(), bytes: z.number() }).optional(),
    }),
  ),
});

/** @throws Error when there is no such counter. */
async function droppedBy({ table, counter: name }: Place): Promise<number> {
  const { stdout } = await run("nft", ["-j", "list", "counters", "table", "ip", table], {
    ...options,
    timeout: answerLimitMs,
  });
  const { nftables } = CountersSchema.parse(JSON.parse(stdout));
  const found = nftables.find(({ counter }) => counter?.name === name)?.counter;
  if (!found) throw new Error(`the table ${table} is somebody else's`);
  return found.bytes;
}

/**
 * Has nft make a table, and hold it: it ends with nft, which ends with us, since it reads what we
 * write.
 *
 * @throws Error with nft's own words when it does not take the rules, or is not there.
 */
export async function holdRules(rules: Omit<FenceRules, "counter">): Promise<HeldRules> {
  // A name of its own tells this table from one that another process holds.
  const place = { table: rules.table, counter: `dropped_${randomBytes(4).toString("hex")}` };
  const nft = spawn("nft", ["-i"], { ...options, stdio: ["pipe", "ignore", "pipe"] });
  let told = "";
  nft.stderr.on("data", (bytes: Buffer) => {
    told = (told + bytes.toString()).slice(0, toldLimit);
  });
  const ended = new Promise<string>((resolve) => {
    nft.once("error", (error) => resolve(error.message));
    nft.once("close", (code, signal) => resolve(told.trim() || `nft ended with ${signal ?? code}`));
  });
  // What cannot be written is told by its end.
  nft.stdin.on("error", () => {});
  nft.stdin.write(`${fenceRules({ ...rules, ...place })}\n`);
  const release = async () => {
    nft.stdin.end();
    await ended;
  };
  try {
    await made(nft, place, () => told);
  } catch (error) {
    nft.kill();
    throw error;
  }
  return { droppedBytes: () => droppedBy(place), ended, release };
}

/** Until the kernel has the table. */
async function made(nft: ChildProcess, place: Place, told: () => string): Promise<void> {
  const endMs = performance.now() + answerLimitMs;
  for (;;) {
    const error = await droppedBy(place).then(
      () => undefined,
      (cause: Error) => cause,
    );
    if (!error) return;
    const over = nft.exitCode !== null || nft.pid === undefined || performance.now() > endMs;
    if (told() !== "" || over) {
      throw new Error(`nft makes no rules: ${told().trim() || error.message}`);
    }
    await delay(pollMs);
  }
}
