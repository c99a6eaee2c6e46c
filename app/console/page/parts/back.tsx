import { Link } from "wouter";
import { Icon } from "./icons.tsx";

/** Leads from one of many to all of them. */
export const Back = ({ href, to }: { readonly href: string; readonly to: string }) => (
  <Link href={href} className="back">
    <Icon name="back" /> {to}
  </Link>
);
