import type { ReactNode } from "react";

/** What is known of one thing: names and values, of which any may be a stranger's text. */
export const Facts = ({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) => (
  <section className="panel" aria-label="What is known of it">
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="foreign">{value}</dd>
        </div>
      ))}
    </dl>
  </section>
);
