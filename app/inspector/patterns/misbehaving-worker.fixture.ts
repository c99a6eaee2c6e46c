/** A matching thread that does what the payload says: "late" blocks, "die" ends it, "once" dies once. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { MatchReply, MatchRequest } from "./matching-worker.ts";

const reply = (message: MatchReply) => parentPort?.postMessage(message);
const marker = join(String(workerData), "died-once");

parentPort?.on("message", ({ payload }: MatchRequest) => {
  const text = Buffer.from(payload).toString();
  if (text === "late") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (text === "die") process.exit(1);
  if (text === "once" && !existsSync(marker)) {
    writeFileSync(marker, "");
    process.exit(1);
  }
  if (text === "fail") reply({ failure: "out of memory" });
  else reply({ matches: [] });
});
reply({ version: "v" });
