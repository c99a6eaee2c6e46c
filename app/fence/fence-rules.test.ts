import { describe, expect, it } from "vitest";
import { kernelTakesRules, nft } from "../../test/support/nft.ts";
import { type FenceRules, fenceRules } from "./fence-rules.ts";
import { holdRules } from "./nft.ts";

const rules: FenceRules = {
  table: `sentinel_test_${process.pid}`,
  ports: [8883],
  bytesPerSecond: 262_144,
  burstBytes: 131_072,
  connections: 1_000,
  counter: "dropped",
};

describe("the rules", () => {
  it("bound each connection to the devices' ports alone, and are one command", () => {
    const text = fenceRules({ ...rules, ports: [8883, 8884] });
    expect(text).not.toContain("\n");
    expect(text).toContain("tcp dport { 8883, 8884 } update @senders { ip saddr . tcp sport");
    expect(text).toContain("limit rate over 262144 bytes/second burst 131072 bytes");
    expect(text).toContain("size 1000;");
  });
});

describe.skipIf(!kernelTakesRules())("nft", () => {
  const tables = () => nft(["list", "tables"]);

  it("takes them, and changes nothing by looking at them", () => {
    nft(["-c", "-f", "-"], fenceRules(rules));
    expect(tables()).not.toContain(rules.table);
  });

  it("holds them until they are released, against everybody else", async () => {
    const held = await holdRules(rules);
    expect(tables()).toContain(rules.table);
    expect(await held.droppedBytes()).toBe(0);
    expect(() => nft(["delete", "table", "ip", rules.table])).toThrow("not permitted");
    await held.release();
    expect(tables()).not.toContain(rules.table);
  });

  it("says why it takes no others", async () => {
    await expect(holdRules({ ...rules, ports: [] })).rejects.toThrow(
      /nft makes no rules: Error: syntax/,
    );
  });

  it("does not make those that are held already", async () => {
    const held = await holdRules(rules);
    await expect(holdRules(rules)).rejects.toThrow("nft makes no rules");
    await held.release();
  });
});
