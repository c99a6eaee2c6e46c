import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";

export interface LeafMessage {
  readonly subject: string;
  readonly payload: string;
}

/**
 * The far end of a leaf link, without a nats-server: it says what it likes, where a real one would
 * keep to the permissions that it was told.
 */
export interface LeafPeer {
  readonly received: readonly LeafMessage[];
  /** Resolves with what the server said last when it closes the link. */
  readonly closed: Promise<string>;
  subscribe(subject: string): void;
  publish(subject: string, payload?: string, reply?: string): void;
  close(): void;
}

interface Credentials {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Takes whole messages, `LMSG|HMSG <subject> … <size>`, off the front; returns what is left. */
function takeMessages(buffer: string, take: (message: LeafMessage) => void): string {
  let rest = buffer;
  for (;;) {
    const line = /^([^\r\n]*)\r\n/.exec(rest);
    if (!line) return rest;
    const words = (line[1] ?? "").split(" ");
    const isMessage = words[0] === "LMSG" || words[0] === "HMSG";
    const end = line[0].length + (isMessage ? Number(words.at(-1)) : 0);
    if (isMessage && rest.length < end + 2) return rest;
    if (isMessage) take({ subject: words[1] ?? "", payload: rest.slice(line[0].length, end) });
    rest = rest.slice(isMessage ? end + 2 : end);
  }
}

/** @throws Error with what the server said when it does not accept the link. */
export async function connectLeaf(port: number, credentials: Credentials): Promise<LeafPeer> {
  const socket = connect({
    host: "127.0.0.1",
    port,
    ca: readFileSync(credentials.caFile),
    cert: readFileSync(credentials.certFile),
    key: readFileSync(credentials.keyFile),
  });
  const received: LeafMessage[] = [];
  let said = "";
  let rest = "";
  // Sent by the server once the link stands: what it is interested in.
  let accept = () => {};
  const accepted = new Promise<void>((resolve) => {
    accept = resolve;
  });
  socket.on("error", () => {});
  socket.on("data", (data) => {
    said = data.toString("latin1");
    if (said.includes("LS+ ")) accept();
    if (said.includes("PING\r\n")) socket.write("PONG\r\n");
    rest = takeMessages(rest + said, (message) => received.push(message));
  });
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(said)));
  await once(socket, "secureConnect");
  const write = (line: string) => socket.write(`${line}\r\n`);
  write(`CONNECT ${JSON.stringify({ name: "peer", server_id: "PEER", headers: true })}`);
  const refusal = await Promise.race([accepted, closed]);
  if (refusal !== undefined) throw new Error(refusal);
  return {
    received,
    closed,
    subscribe: (subject) => write(`LS+ ${subject}`),
    publish: (subject, payload = "", reply) =>
      write(`LMSG ${subject}${reply ? ` ${reply}` : ""} ${payload.length}\r\n${payload}`),
    close: () => socket.destroy(),
  };
}
