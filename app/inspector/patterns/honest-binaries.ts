import { deflateRawSync, gzipSync } from "node:zlib";
import { benignAlert } from "./benign-alert.ts";
import { pick, type Random } from "./random.ts";

type Writer = (random: Random) => Uint8Array;

const names = [
  "temperature",
  "rms_velocity",
  "flow_l_min",
  "status",
  "Node Control/Rebirth",
] as const;

/** What devices send that is not text, by kind; sizes are those of daily life. */
const writers: Readonly<Record<string, Writer>> = {
  noise: (random) => noise(random, 16 + random(16_368)),
  "raw readings": (random) => readings(random, 20 + random(2000)),
  jpeg: (random) =>
    join(
      [0xff, 0xd8, 0xff, 0xe0, 0, 16],
      "JFIF",
      [0, 1, 1, 0, 0, 72, 0, 72, 0, 0],
      [0xff, 0xda],
      noise(random, 2000 + random(28_000)),
      [0xff, 0xd9],
    ),
  gzip: (random) => gzipSync(benignAlert(random, random(8000))),
  "deflated frame": (random) => deflateRawSync(benignAlert(random, random(4000))),
  png: (random) =>
    join(
      [0x89],
      "PNG\r\n\u001a\n",
      [0, 0, 0, 13],
      "IHDR",
      noise(random, 17),
      [0, 0, 8, 0],
      "IDAT",
      noise(random, 500 + random(9000)),
      [0, 0, 0, 0],
      "IEND",
      [0xae, 0x42, 0x60, 0x82],
    ),
  cbor: (random) => cborMap(random, 3 + random(12)),
  protobuf: (random) => protobuf(random, 3 + random(20)),
  messagepack: (random) => messagePack(random, 2 + random(12)),
  "modbus frame": (random) =>
    join([1 + random(247), pick(random, [1, 3, 4, 16])], noise(random, 6)),
};

export const binaryKinds = Object.keys(writers);

/** One payload of the kind; the same seed gives the same payloads everywhere. */
export function honestBinary(kind: string, random: Random): Uint8Array {
  const writer = writers[kind];
  if (!writer) throw new Error(`got the kind "${kind}"; use one of ${binaryKinds.join(", ")}`);
  return writer(random);
}

function noise(random: Random, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, () => random(256));
}

/** 16-bit samples that wander, as vibration and audio do. */
function readings(random: Random, samples: number): Uint8Array {
  const bytes = Buffer.alloc(samples * 2);
  let value = 0;
  for (let at = 0; at < samples; at++) {
    value = Math.max(-32_000, Math.min(32_000, value + random(401) - 200));
    bytes.writeInt16LE(value, at * 2);
  }
  return bytes;
}

function join(...parts: readonly (string | readonly number[] | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part),
    ),
  );
}

function float(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(random(1_000_000) / 997);
  return bytes;
}

function cborMap(random: Random, entries: number): Uint8Array {
  const items = Array.from({ length: entries }, () => {
    const name = pick(random, names);
    return join([0x60 + name.length], name, [0xfb], float(random));
  });
  return join([0xa0 + entries], ...items);
}

function messagePack(random: Random, entries: number): Uint8Array {
  const items = Array.from({ length: entries }, () => {
    const name = pick(random, names);
    return join([0xa0 + name.length], name, [0xcb], float(random));
  });
  return join([0x80 + entries], ...items);
}

/** Metrics with a name, a time and a value, as Sparkplug B frames them. */
function protobuf(random: Random, metrics: number): Uint8Array {
  const items = Array.from({ length: metrics }, () => {
    const name = pick(random, names);
    const time = Array.from({ length: 5 }, () => 0x80 | random(128));
    const metric = join(
      [0x0a, name.length],
      name,
      [0x18],
      time,
      [0x2f, 0x20, 10, 0x69],
      float(random),
    );
    return join([0x12, metric.length], metric);
  });
  return join(
    [0x08],
    Array.from({ length: 5 }, () => 0x80 | random(128)),
    [0x2f],
    ...items,
  );
}
