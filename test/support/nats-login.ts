import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import type { Region } from "../../local/region.ts";

/** Logs in by the NATS protocol itself, on an edge's port for services; resolves with what is said after. */
export function natsLogin(
  region: Region,
  login: { port: number; user: string; pass: string },
): Promise<string> {
  const ca = readFileSync(region.certificates.caFile);
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect({ host: "127.0.0.1", port: login.port, ca }, () => {
      const options = { user: login.user, pass: login.pass, verbose: true, protocol: 1 };
      socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    });
    socket.on("data", (data) => {
      said += data;
      if (said.includes("-ERR") || said.includes("PONG")) socket.destroy();
    });
    socket.on("close", () => resolve(said)).on("error", reject);
  });
}
