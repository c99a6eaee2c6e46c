import { home, type SettingEdit } from "./setting-edit.ts";

/** What a device's connection may send. */
export const fenceEdits: readonly SettingEdit[] = [
  {
    setting: "fence",
    edits: home("fence", { bytesPerSecond: 262_144 }),
    steps: ["update DaemonSet fence-nodes"],
  },
  {
    setting: "fence",
    edits: home("fence", "off"),
    steps: [
      "delete DaemonSet fence-nodes",
      "delete ServiceAccount fence-account",
      // Where none is wanted, none is missed.
      "update PrometheusRule watch-rules",
    ],
  },
];
