import { type ReactNode, useEffect, useRef } from "react";

/** A view: its title stands in the tab, too, and takes the focus when somebody comes to it. */
export function View(props: {
  readonly title: string;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, aside, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · MQTT Sentinel`;
    heading.current?.focus({ preventScroll: true });
  }, [title]);
  return (
    <main className="view" id="view">
      <header className="view-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </header>
      {children}
    </main>
  );
}

/** What is shown while there is nothing yet. */
export const Waiting = ({ what }: { readonly what: string }) => (
  <p className="waiting" role="status">
    {what}…
  </p>
);
