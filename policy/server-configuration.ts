/** A `name: { … }` of nats-server's configuration, with what stands directly in it. */
interface Block {
  readonly name: string;
  readonly values: Map<string, string>;
  readonly blocks: Block[];
}

const block = (name: string): Block => ({ name, values: new Map(), blocks: [] });

/** Reads the form that `renderNatsSyntax` writes: one thing a line. Lists only pass their blocks on. */
function parseNatsConfiguration(text: string): Block {
  const root = block("");
  const open = [root];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const [, name = "", end] = /^"?([\w-]*)"?\s*[:=]?\s*([{[])$/.exec(line) ?? [];
    const parent = open.at(-1) ?? root;
    if (end === "{") {
      const inner = block(name);
      parent.blocks.push(inner);
      open.push(inner);
    } else if (end === "[") {
      open.push(parent);
    } else if (/^[}\]],?$/.test(line)) {
      open.pop();
    } else {
      const [, key, value] = /^"?([\w-]+)"?\s*[:=]?\s*(.+)$/.exec(line) ?? [];
      if (key && value) parent.values.set(key, value.replaceAll('"', ""));
    }
  }
  return root;
}

function everyBlock(root: Block): Block[] {
  return [root, ...root.blocks.flatMap(everyBlock)];
}

/** Blocks that open a port. */
const listening = ["", "cluster", "gateway", "leafnodes", "mqtt", "websocket"];

/** What is wrong with the TLS of a configuration of nats-server. Other texts have nothing wrong. */
export function natsViolations(text: string): string[] {
  if (!/^\s*server_name\s*[:=]/m.test(text)) return [];
  const blocks = everyBlock(parseNatsConfiguration(text));
  const nameOf = ({ name }: Block) => (name === "" ? "the client listener" : name);
  const withoutTls = blocks
    .filter(({ name, values }) => listening.includes(name) && values.has("listen"))
    .filter(({ blocks }) => !blocks.some(({ name }) => name === "tls"))
    .map((each) => `${nameOf(each)} has no tls`);
  const outdated = blocks.flatMap((parent) =>
    parent.blocks
      .filter(({ name, values }) => name === "tls" && values.get("min_version") !== "1.3")
      .map(() => `tls of ${nameOf(parent)} permits less than 1.3; set min_version to 1.3`),
  );
  return [...withoutTls, ...outdated];
}

/** What is wrong with the TLS of a configuration of Mosquitto. Other texts have nothing wrong. */
export function mosquittoViolations(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const starts = lines.flatMap((line, index) => (/^listener\s+\d+/.test(line) ? [index] : []));
  return starts.flatMap((start, index) => {
    const section = lines.slice(start, starts[index + 1]);
    if (section.some((line) => /^tls_version\s+tlsv1\.3$/.test(line))) return [];
    return [`${section[0]} permits less than TLS 1.3; set tls_version to tlsv1.3`];
  });
}
