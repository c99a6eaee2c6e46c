/**
 * What the model calculates with. Bytes are of 1,000: a kB is not a KiB.
 *
 * Each figure was measured with nats-server 2.15.1 in November 2026, on two shared cores unless
 * said otherwise: memory is exact enough, rates are what at least is possible.
 */
export const measured = {
  /** Memory of an idle MQTT connection with TLS 1.3 on its server, at GOGC=50. */
  connectionBytes: 52_000,
  /**
   * Memory of one device's subscription on every server of the cluster, core and edge, the shadow in
   * CORE included: 500,000 devices took 1,200 MB on a server that held none of them.
   */
  interestBytes: 2_350,
  /** What the server that holds the device needs besides: 4.6 kB in all. 800,000 took 4.1 kB. */
  ownInterestBytes: 2_300,
  /** Memory of one subject in a stream's index: 300,000 subjects against 1,000. */
  subjectBytes: 170,
  /** Memory of one message id in a duplicate window: 300,000 ids took 49 MB. */
  messageIdBytes: 160,
  /** On disk besides the payload: subject, our headers, the record of the store. 300,000 messages. */
  alertOverheadBytes: 338,
  /** The same in INGRESS, whose messages carry two headers only. */
  ingressOverheadBytes: 163,
  /** A login's record in AUDIT, of a replica with a pod's name: JSON, subject, id, signature, the record of the store. */
  auditBytes: 1_150,
  /** The same record in the archive, zipped with others: 50 together 209, 500 together 197. */
  archivedBytes: 200,
  /** First logins per second through two edges and one auth process, sessions in three copies. */
  loginsPerSecond: 1_370,
  /** Processor time of an edge for one delivered message, in milliseconds. */
  deliveryMs: 0.34,
  /** INGRESS, two inspectors, MQTT_ALERTS, all in three copies, to devices: P99 31 ms. */
  regionAlertsPerSecond: 6_000,
  /** Mosquitto to JetStream through one bridge with its acknowledgements deferred. */
  bridgeAlertsPerSecond: 15_000,
  /** Memory of Mosquitto for a connection that has not got beyond its handshake or CONNECT: 113 KiB. */
  strangerBytes: 115_712,
  /**
   * Writes of a core server to its disk for an alert, and with the 1.64 that force them there all
   * operations, under `sync_interval: always` at 600/s.
   */
  diskWritesPerAlert: 3.2,
  diskOperationsPerAlert: 4.84,
  /** Memory of the inspector for one client that it remembers. */
  anomalyBytes: 51,
  /** Memory of the meter for one device that it remembers. */
  meteredDeviceBytes: 65,
  /** Memory of the fence, whose rules and connections are the kernel's. */
  fenceBytes: 80_000_000,
  /** Memory of delivery for one device that waits until it is sent what it missed. */
  waitingDeviceBytes: 1_000,
  /** The same for one alert that is kept, in its index. */
  indexedAlertBytes: 5.1,
  /** Memory of the auth process for one device in its cache, without labels: 496. */
  cachedDeviceBytes: 500,
  /** Of the same for a device whose last login it remembers: 38 for 1.5 million. */
  rememberedLoginBytes: 41,
  /** Memory of the aggregator for an open incident of one finding, with an excerpt of 230 characters. */
  groupBytes: 1_500,
  /** A bridge at 600/s was seen with 135 MB; the rest is for rule packs and what is in flight. */
  processBytes: 250_000_000,
  /**
   * A console was seen with 102 MB at rest and 301 MB while 24 clients listed a thousand devices a
   * page, one after the other, for half a minute. Its index of 1.5 million devices takes 155 MB besides.
   */
  consoleBytes: 456_000_000,
  /** An empty nats-server with its streams. */
  natsBytes: 120_000_000,
} as const;

/** What nobody can measure before there are devices. Change it when there are. */
export const assumed = {
  /** An alert, without topic and headers. */
  payloadBytes: 512,
  /** A burst, as a multiple of the sustained rate. The target is 6,000/s for 600/s. */
  burst: 10,
  /** INGRESS holds a burst for this long while nothing is inspected. */
  ingressSeconds: 3_600,
  /** A device loses its connection and comes back this often: each time is a record in AUDIT. */
  loginsPerDay: 1,
  reportsPerDay: 1,
  /** Part of the alerts in which the inspector finds something, and the size of such an event. */
  findingsShare: 0.02,
  findingBytes: 1_600,
  /** Incidents of a region in a day, and what one and what is told of it takes. */
  incidentsPerDay: 1_000,
  incidentBytes: 16_000,
  /** Part of the messages that ends in QUARANTINE or DEAD_LETTER. */
  heldShare: 0.001,
  /** What is told of a changed device: record of the store, subject and text. */
  changeBytes: 400,
  /** What is kept of a device: record of the store, subject and text. */
  lastSeenBytes: 256,
  /** Seconds between two pings of a device: the default of the usual MQTT libraries. */
  keepAliveSeconds: 60,
  /** For so long both bridges, or JetStream, may be away before Mosquitto has no more room. */
  backlogSeconds: 3_600,
  /** Memory of Mosquitto for a message that a bridge has not acknowledged. */
  backlogMessageBytes: 1_000,
  /**
   * A server that starts with an empty volume, or reads a full one, gets on at this rate at least. A
   * sixth of what the smallest gp3 volume carries; nobody has timed it with hundreds of gigabytes.
   */
  restoreBytesPerSecond: 20_000_000,
  /** Prometheus, Grafana, Alertmanager, cert-manager, metrics-server together. */
  addons: { cpuMillis: 3_500, memoryMiB: 9_216 },
} as const;

/** Decisions of this model. */
export const planned = {
  zones: 3,
  /**
   * Connections at which an edge refuses more. The bound is the time of return: when an edge dies,
   * its devices are back within 40 seconds at the measured login rate.
   */
  edgeConnections: 50_000,
  /** What an edge carries at most after the loss of a zone. The rest is for an uneven spread. */
  edgeConnectionsWithoutZone: 45_000,
  /** Processor of an edge, in thousandths: for deliveries in a burst, and for logins and pings. */
  edgeDeliveryMillis: 1_200,
  edgeLoginMillis: 300,
  /** Part of a pod's memory that the model fills; the rest is for bursts and the garbage collector. */
  edgeMemoryUse: 0.8,
  coreMemoryUse: 0.75,
  processMemoryUse: 0.7,
  /** Part of Mosquitto's volume that is full when it holds all that it may. */
  volumeUse: 0.7,
  /** A stream's bound, as a multiple of what it grows to by its age, and the least of any, in GiB. */
  boundHeadroom: 1.25,
  leastBoundGiB: 2,
  /** Part of a volume that all streams at their bounds fill; sessions and raft logs have the rest. */
  boundsShare: 0.8,
  /** Part of a volume that JetStream may use. */
  storeLimit: 0.9,
  /** Part of a disk's operations that the sustained rate takes; the rest is for logins and bursts. */
  diskUse: 0.5,
  /** Largest gp3 volume that the model asks for. */
  volumeLimitGiB: 16_384,
} as const;
