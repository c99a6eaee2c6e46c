import { Button } from "react-aria-components";
import { Icon } from "./icons.tsx";

/** Says what went wrong, and offers to try again. */
export function Failure(props: { readonly error: Error; readonly again?: () => void }) {
  const { error, again } = props;
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="bad" />
      <p>{error.message}</p>
      {again && (
        <Button className="button" onPress={again}>
          Try again
        </Button>
      )}
    </div>
  );
}
