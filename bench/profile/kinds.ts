/** A stack: names of functions, and where they are from, from the innermost outwards. */
export type Stack = readonly string[];

export interface Kind {
  readonly name: string;
  /** A frame that says so. */
  readonly frame: RegExp;
  /** Says so only of a stack of which no other kind does. */
  readonly otherwise?: boolean;
}

/** Frames are `function source`; sources of packages are paths below `node_modules/`. */
export const nodeKinds: readonly Kind[] = [
  { name: "garbage collection", frame: /^\(garbage collector\)/ },
  { name: "outside JavaScript", frame: /^\(program\)/ },
  {
    name: "TLS, sockets, streams",
    frame: / node:(internal\/)?(_?tls|net|stream|js_stream|crypto)/,
  },
  { name: "MQTT", frame: /node_modules\/(mqtt|mqtt-packet|readable-stream|bl)\// },
  { name: "NATS client", frame: /node_modules\/(nats|@nats-io)\// },
  { name: "metrics", frame: /node_modules\/prom-client\// },
  { name: "logging", frame: /node_modules\/(pino|sonic-boom)|app\/shared\/log\.ts/ },
  { name: "retries", frame: /node_modules\/p-retry\// },
  { name: "detection", frame: /app\/inspector\/(patterns|pipeline\/anomaly)\// },
  { name: "own code", frame: / app\// },
  { name: "timers, promises", frame: / node:/, otherwise: true },
];

export const goKinds: readonly Kind[] = [
  {
    name: "garbage collection",
    frame: /^runtime\.(gcBgMarkWorker|gcAssistAlloc|bgsweep|bgscavenge)/,
  },
  { name: "sockets", frame: /^net\.\(\*|^net\.\(?Buffers/ },
  { name: "files", frame: /^os\.\(\*File/ },
  { name: "TLS", frame: /^(vendor\/)?(golang\.org\/x\/)?crypto\// },
  { name: "raft", frame: /server\.\(\*raft\)/ },
  { name: "storing", frame: /server\.\(\*(fileStore|memStore|msgBlock|consumerFileStore)\)/ },
  { name: "MQTT", frame: /server\.(\(\*mqtt|mqtt|\(\*client\)\.mqtt)/ },
  { name: "subjects", frame: /server\.\(\*(Sublist|subjectTransform)|server\.\(\*SublistResult/ },
  { name: "streams and consumers", frame: /server\.\(\*(stream|consumer|jetStream|jsAccount)\)/ },
  {
    name: "reading and writing of clients and routes",
    frame: /server\.\(\*client\)\.(readLoop|writeLoop|flushOutbound|flushClients|queueOutbound)/,
  },
  { name: "NATS protocol", frame: /nats-server\/v2\/server\./, otherwise: true },
];

/** What a stack was busy with: the kind of its innermost frame that says so. */
export function kindOf(stack: Stack, kinds: readonly Kind[]): string {
  for (const otherwise of [false, true]) {
    const asked = kinds.filter((each) => (each.otherwise ?? false) === otherwise);
    for (const frame of stack) {
      const kind = asked.find((each) => each.frame.test(frame));
      if (kind) return kind.name;
    }
  }
  return stack.every((frame) => frame.startsWith("runtime.")) ? "goroutines" : "other";
}

export interface Sample {
  readonly stack: Stack;
  readonly ms: number;
}

/** Sums the time of samples by what is said of them. */
export function timeBy(
  samples: readonly Sample[],
  nameOf: (stack: Stack) => string,
): Map<string, number> {
  const times = new Map<string, number>();
  for (const { stack, ms } of samples) {
    const name = nameOf(stack);
    times.set(name, (times.get(name) ?? 0) + ms);
  }
  return times;
}
