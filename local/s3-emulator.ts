import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ProcessSpec } from "./managed-process.ts";
import { listening } from "./store-processes.ts";

const root = join(import.meta.dirname, "..");
const host = "127.0.0.1";

/** Requests one after the other: a name must be found taken by whoever comes second. */
const program = (port: number) => `
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
app = DomainDispatcherApplication(create_backend_app)
make_server("${host}", ${port}, app, threaded=False).serve_forever()
`;

/** Brings moto where there is none. @throws Error that says why it cannot be had. */
export function setUpS3(): void {
  const { status, stdout, stderr } = spawnSync(join(root, "tools/bootstrap-moto.sh"), {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`an archive needs moto: ${stdout}${stderr}`.trim());
}

/** An emulator of Amazon S3 that keeps what it has in memory. */
export const s3Spec = (port: number): ProcessSpec => ({
  name: "s3",
  command: join(root, ".tools/moto/bin/python"),
  args: ["-c", program(port)],
  environment: {},
  ready: listening(port),
});
