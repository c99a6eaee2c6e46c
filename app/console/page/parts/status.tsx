import type { Status as Name } from "../data/devices.ts";
import { Icon } from "./icons.tsx";

const looks = {
  active: ["good", "good"],
  suspended: ["pause", "warn"],
  revoked: ["end", "bad"],
} as const;

/** A device's status: a sign, a word and a colour. */
export function Status({ name }: { readonly name: Name }) {
  const [icon, colour] = looks[name];
  return (
    <span className={`status status-${colour}`}>
      <Icon name={icon} /> {name}
    </span>
  );
}
