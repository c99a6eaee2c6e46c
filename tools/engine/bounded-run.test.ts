import { appendFileSync } from "node:fs";
import { expect, it } from "vitest";
import { boundedRun } from "./bounded-run.ts";
import type { EngineRun, Outcome } from "./engine.ts";

const outcome: Outcome = { ok: true, output: "", steps: [], diagnostics: [] };
const event = (of: string, name: string) =>
  `${JSON.stringify({
    [of]: {
      metadata: {
        op: "update",
        urn: `urn:pulumi:us-east::mqtt-sentinel::kubernetes:apps/v1:StatefulSet::${name}`,
        new: { custom: true },
      },
    },
  })}\n`;

/** Tells of an update that begins, and then does nothing until it is aborted. */
const standingStill = ({ eventLog = "", signal }: EngineRun) =>
  new Promise<Outcome>((_, reject) => {
    appendFileSync(eventLog, event("resourcePreEvent", "edge-servers"));
    signal?.addEventListener("abort", () => reject(signal.reason));
  });

/** Something begins and ends, for longer than nothing may move. */
async function moving({ eventLog = "", signal }: EngineRun): Promise<Outcome> {
  for (let count = 0; count < 10; count++) {
    appendFileSync(eventLog, event("resourcePreEvent", "core-servers"));
    await new Promise((resume) => setTimeout(resume, 100));
    appendFileSync(eventLog, event("resOutputsEvent", "core-servers"));
    signal?.throwIfAborted();
  }
  return outcome;
}

const named = (said: string[] = []) => ({
  ...{ what: "us-east: up", run: { stack: "us-east" } },
  bounds: { stillMs: 500, sayMs: 1, say: (line: string) => said.push(line) },
});

it("ends a run in which nothing moves any more, and names what stands still", async () => {
  await expect(boundedRun(named(), standingStill)).rejects.toThrow(
    /^us-east: up: nothing has moved for 0\.5 s; 0 done; update kubernetes:apps\/v1:StatefulSet edge-servers for \d+ s$/,
  );
});

it("lets go on what moves, and says how far it is", async () => {
  const said: string[] = [];
  expect(await boundedRun(named(said), moving)).toBe(outcome);
  expect(said.slice(0, -1).join("\n")).toMatch(/^us-east: up … \d+ done; /);
  expect(said.at(-1)).toMatch(/^us-east: up, done after \d+ s$/);
});
