import type { RuleCase } from "./rule-case.fixture.ts";

const answered = (code: number) =>
  `sentinel_console_requests_total{route="/api/v1/devices",method="POST",code="${code}"}`;
const turnedAway = (reason: string) => `sentinel_console_unauthorized_total{reason="${reason}"}`;
const unusable = `sentinel_console_unusable_files_total{file="tokens"}`;
const indexTime = (what: string) =>
  `sentinel_console_device_index_${what}_timestamp_seconds{replica="console-1"}`;

export const consoleCases: readonly RuleCase[] = [
  {
    alert: "SentinelConsoleRequestsFailing",
    fires: [{ series: { [answered(503)]: "0+1x30" }, at: 20 }],
    quiet: [
      { series: { [answered(503)]: "0x10 1 2 3x20", [answered(409)]: "0+50x30" }, at: 20 },
      { series: { [answered(200)]: "0+50x30" }, at: 20 },
    ],
  },
  {
    alert: "SentinelConsoleStrangers",
    fires: [
      {
        series: {
          [turnedAway("token-unknown")]: "0+6x40",
          [turnedAway("address-limit")]: "0+6x40",
        },
        at: 30,
      },
    ],
    quiet: [
      {
        series: {
          [turnedAway("token-unknown")]: "0+9x40",
          [turnedAway("role-too-low")]: "0+30x40",
          [turnedAway("session-ended")]: "0+30x40",
        },
        at: 30,
      },
    ],
  },
  {
    alert: "SentinelConsoleFileUnusable",
    fires: [{ series: { [unusable]: "0x5 1x20" }, at: 10 }],
    quiet: [{ series: { [unusable]: "1x20" }, at: 10 }],
  },
  {
    alert: "SentinelConsoleIndexStale",
    fires: [
      // Since 1970: it was never known, or never read.
      { series: { [indexTime("as_of")]: "0x60", [indexTime("filled")]: "0+60x60" }, at: 55 },
      {
        series: { [indexTime("as_of")]: "0+60x120", [indexTime("filled")]: "-200000x120" },
        at: 60,
      },
    ],
    quiet: [
      { series: { [indexTime("as_of")]: "0+60x60", [indexTime("filled")]: "0x60" }, at: 55 },
      {
        series: { [indexTime("as_of")]: "0x20 1200+60x40", [indexTime("filled")]: "0x60" },
        at: 55,
      },
    ],
  },
];
