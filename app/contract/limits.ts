/** Largest alert or report, in bytes. A larger one goes to DEAD_LETTER. */
export const payloadLimitBytes = 64 * 1024;

/** What one connection of a device may do; nats-server closes one that sends a larger message. */
export const deviceLimits = {
  /** A report, and what nats-server's MQTT layer puts before it: 25 bytes. */
  messageBytes: payloadLimitBytes + 128,
  /**
   * A device needs one subscription. nats-server's MQTT layer adds one of its own whenever a device
   * subscribes at QoS 1, and 2.15.1 keeps that when the device unsubscribes.
   */
  subscriptions: 50,
};

/** How long a cut-off is remembered: a device that is cut off again meanwhile stays out for longer. */
export const cutOffMemoryHours = 24;

/**
 * Largest MQTT packet that the upstream broker takes, in bytes. Above `payloadLimitBytes` so that
 * an oversized alert still reaches DEAD_LETTER whole, below NATS's `max_payload` of 1 MiB.
 */
export const upstreamPacketLimitBytes = 512 * 1024;

/** What DEAD_LETTER keeps of a message that is larger than that, in bytes: with its size and hash. */
export const deadLetterHeadBytes = 4 * 1024;

/** nats-server gives up on an auth callout after this long: an answer that is later is wasted. */
export const authTimeoutMs = 2_000;

/**
 * Largest auth callout that is read. What a device of ours sends makes one of 2 KB, with a chain of
 * certificates some 20 KB; the names that a stranger may send are thirty times that.
 */
export const calloutLimitBytes = 64 * 1024;

/** How often every live session is compared with the device registry, in seconds. */
export const sessionSweepSeconds = 900;

/**
 * Records about refusals that one auth replica adds to AUDIT in a minute, of known and of unknown ids
 * each, when there is no end of them. What strangers can fill AUDIT with is this.
 */
export const auditedRefusalsPerMinute = 5;

/** How long audit records are kept, in AUDIT and in its archive. */
export const auditDays = 400;

/** How long a held message is kept, and what was decided about it. */
export const quarantineDays = 30;

/** A record waits so long for others that are archived with it, unless there are many. */
export const archiveSeconds = 60;

/**
 * What one connection of a device may send before its edge reads it; more waits. It is four times what the
 * meter allows for long, so that a device that has kept what it measured is soon done, and a flood is soon found.
 * The burst is on top of a second's; together they are less than the meter allows at once.
 */
export const connectionLimits = { bytesPerSecond: 128 * 1024, burstBytes: 192 * 1024 } as const;

/**
 * Twice what the meter allows for long. With less a device that floods is held back for ever and never
 * found, and one that only sends what it may is held back too.
 */
export const leastConnectionBytesPerSecond = 64 * 1024;

/** Packets that are received together may be so large; a smaller burst may never let one pass. */
export const largestPacketBytes = 64 * 1024;
