import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { coreUsers } from "../../app/contract/region-users.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { passwordVariable } from "../../app/contract/service-user.ts";
import { edgeUsers } from "../../app/contract/service-users.ts";
import { ensureCertificates } from "../../local/certificates.ts";

/**
 * nats-server's own check of a pod's configuration, in a folder that has what the pod mounts: the
 * certificates where the configuration looks for them and the passwords that it includes.
 *
 * @throws Error with nats-server's words when it refuses.
 */
export async function checkNatsConfig(options: {
  config: string;
  server: "core" | "edge";
  peers: readonly RegionName[];
}): Promise<void> {
  const { config, server, peers } = options;
  const root = mkdtempSync(join(tmpdir(), "sentinel-rendered-"));
  try {
    const certificates = await ensureCertificates(join(root, "made"));
    const files = new Set(
      [...config.matchAll(/"(\/(?:tls|trust|etc)\/[^"]+)"/g)].map(([, f]) => f),
    );
    for (const file of files) {
      const source = file?.endsWith(".key")
        ? certificates.nats.keyFile
        : file?.endsWith("ca.crt")
          ? certificates.caFile
          : certificates.nats.certFile;
      const target = join(root, file ?? "");
      mkdirSync(dirname(target), { recursive: true });
      execFileSync("cp", [source, target]);
    }
    const file = join(root, "etc/nats/nats-server.conf");
    const [, included = ""] = /^include "([^"]+)"$/m.exec(config) ?? [];
    const passwords = join(dirname(file), included);
    for (const each of [file, passwords]) mkdirSync(dirname(each), { recursive: true });
    const users = server === "core" ? coreUsers(peers) : edgeUsers();
    writeFileSync(
      passwords,
      users.map(({ name }) => `${passwordVariable(name)}: "p-${name}"\n`).join(""),
    );
    writeFileSync(file, config.replaceAll(/"(\/(?:tls|trust|etc|data)[/"])/g, `"${root}$1`));
    const { PATH = "" } = process.env;
    const env = { PATH, POD_NAME: `nats-${server}-0` };
    execFileSync("nats-server", ["-t", "--config", file], { env, stdio: "pipe" });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
