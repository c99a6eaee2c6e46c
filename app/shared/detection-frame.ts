interface Framed {
  /** The same for every repetition. */
  readonly uid: string;
  /** When it happened, and when it was found, in whole milliseconds since 1970. */
  readonly time: number;
  readonly loggedTime: number;
  /** Which process of ours found it. */
  readonly process: string;
}

/** OCSF 1.8 Detection Finding: what each of ours says in the same words, whatever was found. */
export const detectionFrame = ({ uid, time, loggedTime, process }: Framed) =>
  ({
    class_uid: 2004,
    category_uid: 2,
    activity_id: 1,
    type_uid: 200401,
    status_id: 1,
    time,
    metadata: {
      version: "1.8.0",
      uid,
      profiles: ["security_control"],
      product: { name: `MQTT Sentinel ${process}`, vendor_name: "MQTT Sentinel" },
      logged_time: loggedTime,
    },
  }) as const;
