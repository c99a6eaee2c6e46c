import type { ReactNode } from "react";
import { Button } from "react-aria-components";
import { useFilters } from "./filters.tsx";
import { Icon } from "./icons.tsx";

/** From page to page of a list; the address has the place. */
export function Pager(props: {
  readonly children: ReactNode;
  readonly next: string | number | undefined;
}) {
  const { children, next } = props;
  const { address, narrow } = useFilters();
  return (
    <nav className="pager" aria-label="Pages">
      <p>{children}</p>
      {address.get("after") && (
        <Button className="button" onPress={() => narrow("after", "")}>
          First page
        </Button>
      )}
      {next !== undefined && (
        <Button className="button" onPress={() => narrow("after", String(next))}>
          Next page <Icon name="next" />
        </Button>
      )}
    </nav>
  );
}
