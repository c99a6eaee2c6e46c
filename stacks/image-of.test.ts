import { expect, it } from "vitest";
import { settled } from "../test/support/fake-engine.ts";
import { imageOf } from "./image-of.ts";

const own = { imageRegistry: "123456789012.dkr.ecr.us-east-1.amazonaws.com/sentinel" };
const digests = { mender: `sha256:${"a".repeat(64)}` } as const;
const references = (version: string) =>
  Promise.all(
    (["mender", "auth"] as const).map((process) =>
      settled(imageOf(own, { version, digests }, process)),
    ),
  );

it("names a version, and of an image that is pinned to its bytes nothing but these", async () => {
  const [mender, auth] = await references("0.1.0");
  expect(auth).toBe(`${own.imageRegistry}/auth:0.1.0`);
  expect(mender).toBe(`${own.imageRegistry}/mender@${digests.mender}`);
});

it("leaves a pinned image as it is when the version moves on", async () => {
  const [[before], [after]] = await Promise.all([references("0.1.0"), references("0.2.0")]);
  expect(after).toBe(before);
});

it("takes the registry that the settings name", async () => {
  const images = { version: "0.1.0", registry: "registry.example.com/sentinel" };
  expect(await settled(imageOf(own, images, "bridge"))).toBe(
    "registry.example.com/sentinel/bridge:0.1.0",
  );
});
