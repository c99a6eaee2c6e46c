import fc from "fast-check";
import { expect, it } from "vitest";
import { addressPlan } from "./address-plan.ts";
import { cidrsOverlap, formatCidr, parseCidr } from "./cidr.ts";

const anySixteen = fc.nat(0xffff).map((upper) => formatCidr(upper * 0x10000, 16));

it("divides a /16 over three zones", () => {
  expect(addressPlan("10.10.0.0/16")).toEqual({
    public: ["10.10.192.0/24", "10.10.193.0/24", "10.10.194.0/24"],
    private: ["10.10.0.0/18", "10.10.64.0/18", "10.10.128.0/18"],
    isolated: ["10.10.208.0/24", "10.10.209.0/24", "10.10.210.0/24"],
  });
});

it("stays inside the range and never gives an address twice", () => {
  fc.assert(
    fc.property(anySixteen, (cidr) => {
      const plan = addressPlan(cidr);
      const subnets = [...plan.public, ...plan.private, ...plan.isolated];
      const whole = parseCidr(cidr);
      for (const [index, subnet] of subnets.entries()) {
        const { first, last } = parseCidr(subnet);
        expect(first).toBeGreaterThanOrEqual(whole.first);
        expect(last).toBeLessThanOrEqual(whole.last);
        for (const other of subnets.slice(index + 1)) {
          expect(cidrsOverlap(subnet, other)).toBe(false);
        }
      }
    }),
  );
});

it.each(["10.0.0.0/8", "10.10.0.0/17"])("refuses %s, which is not a /16", (cidr) => {
  expect(() => addressPlan(cidr)).toThrow(/must be a \/16/);
});
