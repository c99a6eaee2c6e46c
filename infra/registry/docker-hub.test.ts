import { expect, it } from "vitest";
import { images } from "../versions.ts";
import { imageFrom } from "./docker-hub.ts";

const mirror = "123456789012.dkr.ecr.us-east-1.amazonaws.com/docker-hub";

it("names an image as Docker Hub's mirrors do", () => {
  expect(imageFrom(mirror, "nats:2.15.1-alpine")).toBe(`${mirror}/library/nats:2.15.1-alpine`);
  expect(imageFrom(mirror, "natsio/exporter:1")).toBe(`${mirror}/natsio/exporter:1`);
});

it("leaves them as they are without one", () => {
  expect(Object.values(images).map((image) => imageFrom(undefined, image))).toEqual(
    Object.values(images),
  );
});

it("knows images of Docker Hub only: none of ours names another registry", () => {
  for (const image of Object.values(images)) expect(image).toMatch(/^([a-z-]+\/)?[a-z-]+:/);
});
