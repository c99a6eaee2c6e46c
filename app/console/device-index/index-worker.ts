/** Entry of the thread that keeps the index of devices, and in which nothing else is done. */
import { parentPort, workerData } from "node:worker_threads";
import type { ChangeMarks } from "../../registry/changes-since.ts";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { aboutSize, createDynamoClient } from "../../registry/device-table.ts";
import { DeviceIndex } from "./device-index.ts";
import { type IndexFile, isDamage, removeIndexFile } from "./index-file.ts";
import {
  type ChangeNews,
  type IndexAnswer,
  IndexKeeper,
  type IndexQuestion,
  type IndexState,
} from "./index-keeper.ts";
import { TableFill } from "./table-fill.ts";

export interface IndexSettings {
  readonly file: IndexFile;
  readonly table: string;
  readonly aws: { readonly region: string; readonly endpoint?: string | undefined };
  readonly unitsPerSecond: number;
  readonly everyMs: number;
}

export type IndexRequest =
  | "close"
  | { readonly id: number; readonly find: IndexQuestion }
  | { readonly id: number; readonly follow: ChangeNews };

export type IndexReply =
  /** At the beginning: from where changes are to be told. */
  | { readonly marks: ChangeMarks }
  | { readonly id: number; readonly answer?: IndexAnswer | undefined }
  | { readonly id?: number | undefined; readonly failure: string }
  | { readonly state: IndexState };

/** Nobody waits for it: a table that is slow for a while costs nothing. */
const patience = { attemptMs: 10_000, attempts: 3 };
const tellMs = 500;

const { file, table, aws, ...pace } = workerData as IndexSettings;
const reply = (message: IndexReply) => parentPort?.postMessage(message);

/** Where the file is damaged, the next thread begins with another one. */
function reasonOf(error: unknown): string {
  if (isDamage(error)) {
    index.close();
    removeIndexFile(file.path);
    throw error;
  }
  return error instanceof Error ? error.message : String(error);
}

const client = createDynamoClient({ ...aws, ...patience });
const registry = new DeviceRegistry({ client, table, consistent: true });
const index = new DeviceIndex(file);
const fill = new TableFill({
  ...{ index, registry, ...pace, clock: Date.now },
  about: () => aboutSize(client, table),
  onFailure: (error) => reply({ failure: reasonOf(error) }),
});
const keeper = new IndexKeeper({ index, registry, fill, clock: Date.now });

/** Nothing is left that keeps the thread: it is never ended amid the work of SQLite. */
async function close(): Promise<void> {
  clearInterval(telling);
  parentPort?.close();
  fill.stop();
  await filling;
  client.destroy();
  index.close();
}

parentPort?.on("message", async (request: IndexRequest) => {
  if (request === "close") return close();
  const { id } = request;
  try {
    if ("find" in request) reply({ id, answer: keeper.find(request.find) });
    else {
      await keeper.follow(request.follow);
      reply({ id });
    }
  } catch (error) {
    reply({ id, failure: reasonOf(error) });
  }
});
reply({ state: keeper.state() });
reply({ marks: keeper.marks });
const filling = fill.run();
const telling = setInterval(() => reply({ state: keeper.state() }), tellMs);
