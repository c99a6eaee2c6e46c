import { expect, it } from "vitest";
import { givenEndpoint } from "./given-endpoint.fixture.ts";

it("takes an emulator that is given, and nothing that could be DynamoDB itself", () => {
  const given = (value?: string) => givenEndpoint({ REGISTRY_TEST_ENDPOINT: value });

  expect(given("http://127.0.0.1:8000")).toBe("http://127.0.0.1:8000");
  expect(given()).toBeUndefined();
  for (const wrong of ["https://dynamodb.us-east-1.amazonaws.com", "127.0.0.1:8000"]) {
    expect(() => given(wrong)).toThrow(`REGISTRY_TEST_ENDPOINT must be the URL of an emulator`);
  }
});
