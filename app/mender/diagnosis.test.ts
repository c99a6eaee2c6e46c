import { describe, expect, it } from "vitest";
import { diagnose, type ServerSight, type Sight } from "./diagnosis.ts";

interface Copy {
  readonly stream?: string;
  readonly account?: string;
  readonly last?: number;
  readonly missing?: number;
}
const server = (copies: readonly Copy[] = [{}], healthy = true): ServerSight => ({
  healthy,
  copies: copies.map(
    ({ stream = "MQTT_ALERTS", account = "ALERTS", last = 4_000, missing = 0 }) => ({
      ...{ account, stream, server: "" },
      state: { messages: last - 1_000 - missing, first_seq: 1_001, last_seq: last },
    }),
  ),
});
const core = (...servers: (ServerSight | undefined)[]): Sight =>
  new Map(servers.map((each, index) => [`core-${index + 1}`, each]));

const whole = server();
const damaged = server([{ missing: 7 }]);
const hole = { account: "ALERTS", stream: "MQTT_ALERTS", missing: 7 };
const always = (sight: Sight) => diagnose("core-2", sight, sight);

describe("a copy with a hole", () => {
  it("is given up while both others are whole, current and as far", () => {
    expect(always(core(whole, damaged, whole))).toEqual({ damaged: [hole] });
  });

  it("is one that had it at the look before, too", () => {
    const now = core(whole, damaged, whole);
    expect(diagnose("core-2", core(whole, whole, whole), now)).toEqual({ damaged: [] });
    expect(diagnose("core-2", now, core(whole, whole, whole))).toEqual({ damaged: [] });
    expect(diagnose("core-2", core(whole, undefined, whole), now)).toEqual({ damaged: [] });
  });

  it.each([
    ["there are only two servers", core(whole, damaged), "too-few"],
    ["another does not answer", core(whole, damaged, undefined), "others-away"],
    ["another is not current", core(server([{}], false), damaged, whole), "others-away"],
    ["another has a hole there, too", core(whole, damaged, damaged), "others-damaged"],
    ["another does not have that stream", core(whole, damaged, server([])), "others-damaged"],
    ["another is behind", core(whole, damaged, server([{ last: 3_999 }])), "others-damaged"],
  ])("is kept while %s", (_, sight, obstacle) => {
    expect(always(sight)).toEqual({ damaged: [hole], obstacle });
  });

  it("is not made anew beside another server's: the first goes first", () => {
    const elsewhere = server([{}, { stream: "AUDIT", account: "AUDIT", missing: 1 }]);
    const here = server([{ missing: 7 }, { stream: "AUDIT", account: "AUDIT" }]);
    const sound = server([{}, { stream: "AUDIT", account: "AUDIT" }]);
    expect(always(core(sound, here, elsewhere))).toEqual({ damaged: [hole] });
    expect(always(core(elsewhere, here, sound))).toEqual({
      ...{ damaged: [hole], obstacle: "not-our-turn" },
    });
  });
});

it("judges neither buckets, in which older messages make room, nor mirrors of other regions", () => {
  const kept = server([
    { stream: "KV_partitions", account: "INTAKE", missing: 30 },
    { stream: "MQTT_ALERTS", account: "FROM_EU_WEST", missing: 30 },
  ]);
  expect(always(core(kept, kept, kept))).toEqual({ damaged: [] });
});
