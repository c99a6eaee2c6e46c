import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

export interface Packet {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Undefined for QoS 0. */
  readonly packetId: number | undefined;
  /** The broker says that it has sent this packet before. */
  readonly repeated: boolean;
}

export interface Name {
  readonly name: string;
  /** Whether the other bridge's name of the same message is the same. */
  readonly shared: boolean;
}

interface Named extends Name {
  readonly content: number;
}

/**
 * So many packet ids ahead of the newest are forgotten: the broker may have sent them, and the
 * connection ended before they came. Packet ids go round, so those would be taken for messages of
 * a round ago. What a connection has on its way is a fraction of it.
 */
const aheadPackets = 16_384;
const packetIds = 65_536;
/** A larger step is not one forward. So of more than that in a row none is counted. */
const gapLimit = packetIds / 2;

/**
 * Gives each publish a name that stands for it alone, whatever its topic and payload are, and that is
 * the same at both bridges: JetStream removes by it what both store.
 *
 * A broker hands the sessions of both the same messages in the same order, yet nothing by which to
 * know one again. So a bridge publishes a random mark now and then, which comes by in both sessions at
 * the same place, and both count from there. The name is the mark, the count, and a checksum over
 * everything in between: should the sessions differ for once, the names do, and no alert is taken
 * for another.
 *
 * What came before the first mark has names of this bridge's own. What the broker sends again keeps its
 * name while the process lives.
 */
export class Sequence {
  readonly #named = new Map<number, Named>();
  #mark = "";
  #shared = false;
  #count = 0;
  #check = 0;
  #firstPacket: number | undefined;
  #lastPacket: number | undefined;
  #skipped = 0;

  constructor() {
    this.restart();
  }

  /** The session is a new one: nothing of it has been seen. */
  restart(): void {
    this.#named.clear();
    this.#firstPacket = undefined;
    this.#lastPacket = undefined;
    this.#begin(randomMark(), false);
  }

  /**
   * Messages that this session was given and that never came, since it was asked last: their
   * `messageExpiryInterval` ended in the queue. Mosquitto numbers what it appends to a session.
   */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  /**
   * The process before this one had acknowledged everything up to this packet when it left, so what was
   * skipped between it and the first that came here is counted too. To be told once, at any time.
   */
  follows(packetId: number): void {
    if (this.#firstPacket !== undefined) this.#skipped += between(packetId, this.#firstPacket);
  }

  /** Of something that is neither an alert nor a mark. */
  pass({ repeated, packetId }: Packet): void {
    if (packetId !== undefined && !(repeated && this.#named.has(packetId))) this.#step(packetId);
  }

  nameOf(packet: Packet): Name {
    if (packet.packetId === undefined) return { name: `${randomMark()}:1:0`, shared: false };
    const content = crc32(packet.payload, crc32(packet.topic));
    return this.#known(packet, content) ?? this.#remember(packet, content, this.#next(content));
  }

  /** Of a mark: counting begins anew after it, unless it came by before. */
  nameOfMark(packet: Packet, mark: string): Name {
    const known = this.#known(packet, 0);
    if (known) return known;
    this.#begin(mark, true);
    return this.#remember(packet, 0, this.#name());
  }

  #begin(mark: string, shared: boolean): void {
    this.#mark = mark;
    this.#shared = shared;
    this.#count = 0;
    this.#check = 0;
  }

  #next(content: number): Name {
    this.#count++;
    // Depends on the order, too.
    this.#check = (Math.imul(this.#check, 1_000_003) + content) >>> 0;
    return this.#name();
  }

  #name(): Name {
    const name = `${this.#mark}:${this.#count}:${this.#check.toString(36)}`;
    return { name, shared: this.#shared };
  }

  #known({ repeated, packetId = 0 }: Packet, content: number): Name | undefined {
    const before = repeated ? this.#named.get(packetId) : undefined;
    return before?.content === content ? before : undefined;
  }

  #step(packetId: number): void {
    this.#firstPacket ??= packetId;
    if (this.#lastPacket !== undefined) this.#skipped += between(this.#lastPacket, packetId);
    this.#lastPacket = packetId;
  }

  #remember({ packetId }: Packet, content: number, name: Name): Name {
    if (packetId === undefined) return name;
    this.#step(packetId);
    this.#named.set(packetId, { ...name, content });
    this.#named.delete((packetId + aheadPackets) % packetIds);
    return name;
  }
}

/** How many packets are missing between two that came one after the other. */
function between(last: number, next: number): number {
  const gap = (next - last - 1 + packetIds) % packetIds;
  // Packet ids go from the highest to 1: 0 is none.
  const missing = next < last ? gap - 1 : gap;
  return missing > 0 && missing < gapLimit ? missing : 0;
}

export const randomMark = () => randomBytes(8).toString("hex");
export const isMark = (text: string) => /^[0-9a-f]{16}$/.test(text);
