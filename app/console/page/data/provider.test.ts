import { expect, it } from "vitest";
import { providerAddress } from "./provider.ts";

it("leads to the provider and back to the view, whatever stands in its address", () => {
  const provider = { provider: "Example SSO", path: "/sign-in/oidc" };

  expect(providerAddress(provider, "/devices?label=site:oslo&status=active#x")).toBe(
    "/sign-in/oidc?return=%2Fdevices%3Flabel%3Dsite%3Aoslo%26status%3Dactive%23x",
  );
});
