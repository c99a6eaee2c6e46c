import { connect, type TLSSocket } from "node:tls";
import { type Address, addressOf } from "./address.ts";
import { OperatorError, sentenceOf } from "./operator-error.ts";
import { readTrustedFile } from "./trusted-file.ts";

const limitMs = 5_000;

export interface LoginOptions {
  readonly url: string;
  readonly caFile: string;
  readonly user: string;
  readonly passwordFile: string;
}

export function readSecretFile(path: string): string {
  return readTrustedFile(path).trim();
}

/**
 * Logs in to one NATS server by the protocol itself, and leaves: unlike the client, which tries
 * without end, it says why it does not work.
 *
 * @returns the server's name.
 * @throws OperatorError
 */
export async function tryNatsLogin(options: LoginOptions): Promise<string> {
  const address = addressOf(options.url, 4222);
  const ca = readSecretFile(options.caFile);
  const pass = readSecretFile(options.passwordFile);
  const login = JSON.stringify({ user: options.user, pass, verbose: false, protocol: 1 });
  const said = await converse(address, ca, `CONNECT ${login}\r\nPING\r\n`);
  const refusal = /-ERR '([^']*)'/.exec(said)?.[1];
  if (refusal === "Authorization Violation") {
    throw new OperatorError(`it refuses user ${options.user}; check ${options.passwordFile}`);
  }
  if (refusal !== undefined) throw new OperatorError(`it says "${refusal}"`);
  return /"server_name":"([^"]*)"/.exec(said)?.[1] ?? "unnamed";
}

function converse({ host, port }: Address, ca: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (reason: string) => {
      socket.destroy();
      reject(new OperatorError(reason));
    };
    const socket: TLSSocket = connect({ host, port, ca }, () => socket.write(words));
    socket.setTimeout(limitMs, () => fail(`no answer within ${limitMs} ms`));
    socket.on("error", (error) => fail(sentenceOf(error)));
    socket.on("close", () => fail("it closed the connection"));
    socket.on("data", (data) => {
      said += data.toString("latin1");
      if (!/PONG\r\n|-ERR '[^']*'/.test(said)) return;
      resolve(said);
      socket.destroy();
    });
  });
}
