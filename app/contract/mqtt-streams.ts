/**
 * The streams in which nats-server's MQTT layer keeps sessions and messages of account DEVICES. It
 * makes them without any bound when they are not there: so `provision` makes them first.
 */
export const mqttStreamNames = [
  "$MQTT_sess",
  "$MQTT_msgs",
  "$MQTT_out",
  "$MQTT_qos2in",
  "$MQTT_rmsgs",
] as const;

/** What has to be as nats-server would make it, and what we bound. */
export interface MqttStreamDefinition {
  readonly name: (typeof mqttStreamNames)[number];
  readonly subjects: string[];
  readonly retention: "limits" | "interest";
  readonly storage: "file" | "memory";
  readonly num_replicas: number;
  readonly discard: "old" | "new";
  readonly discard_new_per_subject?: boolean;
  readonly max_age: number;
  readonly max_msgs_per_subject: number;
  readonly max_bytes: number;
  readonly max_msg_size: number;
  readonly allow_direct?: true;
}

const mebibyte = 1024 ** 2;

/** How long a message may be sent at QoS 2 and not be released. */
const heldSeconds = 3_600;

/** Less than any message has: headers alone take more. Nothing fits. */
const nothing = 1;

const fileBytes = { sessions: 2_048 * mebibyte, held: 512 * mebibyte, retained: mebibyte };
/** What these streams take of a server's disk at most. */
export const mqttFileBytes = Object.values(fileBytes).reduce((sum, bytes) => sum + bytes, 0);

/**
 * - `$MQTT_sess`: the last state of each session, some hundred bytes. When it is full, the oldest
 *   session is forgotten: its device is refused once by an edge that remembers it, then subscribes
 *   anew.
 * - `$MQTT_msgs`, `$MQTT_out`: what is on its way between devices that publish and subscribe at QoS 1
 *   and 2. No device may subscribe to what another publishes, so nothing stays in them, and they need
 *   no disk. The consumers of subscriptions are kept with them.
 * - `$MQTT_qos2in`: what was sent at QoS 2 and not released yet. The meter counts it, so that one
 *   device cannot fill it; when it is full, the connection of who sends at QoS 2 is closed, and it has to send again.
 * - `$MQTT_rmsgs`: retained messages. Nobody may subscribe to reports, so none is kept: the flag of
 *   a report is without effect, the report itself goes its way.
 */
export function mqttStreamDefinitions(replicas: number): readonly MqttStreamDefinition[] {
  const common = {
    retention: "limits",
    storage: "memory",
    num_replicas: replicas,
    discard: "old",
    max_age: 0,
    max_msgs_per_subject: -1,
    max_bytes: 64 * mebibyte,
    max_msg_size: -1,
  } as const;
  return [
    {
      ...common,
      name: "$MQTT_sess",
      subjects: ["$MQTT.sess.>"],
      storage: "file",
      max_msgs_per_subject: 1,
      max_bytes: fileBytes.sessions,
      // Delivery looks through it for devices that nobody has seen to.
      allow_direct: true,
    },
    { ...common, name: "$MQTT_msgs", subjects: ["$MQTT.msgs.>"], retention: "interest" },
    { ...common, name: "$MQTT_out", subjects: ["$MQTT.out.>"], retention: "interest" },
    {
      ...common,
      name: "$MQTT_qos2in",
      subjects: ["$MQTT.qos2.in.>"],
      storage: "file",
      max_bytes: fileBytes.held,
      max_age: heldSeconds * 1_000_000_000,
      discard: "new",
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
    },
    {
      ...common,
      name: "$MQTT_rmsgs",
      subjects: ["$MQTT.rmsgs.>"],
      storage: "file",
      max_msgs_per_subject: 1,
      max_bytes: fileBytes.retained,
      max_msg_size: nothing,
    },
  ];
}
