import { expect, it } from "vitest";
import { Participation } from "./participation.ts";

function participation() {
  let nowMs = 0;
  const member = new Participation(() => nowMs);
  const after = (ms: number) => {
    nowMs += ms;
    return member.notReady();
  };
  return { member, after };
}

it("is not ready without a whole round for 5 s, and says why", () => {
  const { member, after } = participation();
  member.took({ share: 6, owned: 6 });
  member.failed("stream not found");
  expect(after(4_999)).toBeUndefined();
  expect(after(1)).toBe("no partition could be renewed or seen for 5 s: stream not found");
  member.took({ share: 6, owned: 6 });
  expect(after(0)).toBeUndefined();
});

it("is not ready when it gets none of its share for 10 s", () => {
  const { member, after } = participation();
  for (let round = 0; round < 20; round++) {
    expect(after(499)).toBeUndefined();
    after(1);
    member.took({ share: 6, owned: 0 });
  }
  expect(after(0)).toBe("none of the 6 partitions that are due here is ours for 10 s");
  member.took({ share: 6, owned: 1 });
  expect(after(500)).toBeUndefined();
});

it("is ready without a share: there are more replicas than partitions", () => {
  const { member, after } = participation();
  for (let round = 0; round < 40; round++) {
    expect(after(500)).toBeUndefined();
    member.took({ share: 0, owned: 0 });
  }
});
