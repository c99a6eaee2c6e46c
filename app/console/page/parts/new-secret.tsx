import { useState } from "react";
import { Button } from "react-aria-components";
import { Question } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

/** A device's secret, once: closed, it is gone. */
export function NewSecret(props: {
  readonly clientId: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  const { clientId, secret, onClose } = props;
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  const copy = () =>
    navigator.clipboard.writeText(secret).then(
      () => setCopied("yes"),
      () => setCopied("refused"),
    );
  return (
    <Question title={`New secret of ${clientId}`} isOpen firm onClose={onClose}>
      <p>It is shown this once: nobody can read it again. Hand it to the device now.</p>
      <p className="secret mono" data-secret>
        {secret}
      </p>
      <p role="status">
        {copied === "yes" && "It is copied."}
        {copied === "refused" && "The browser does not let it be copied: select it and copy it."}
      </p>
      <div className="choices">
        <Button autoFocus className="button" onPress={() => void copy()}>
          <Icon name="copy" /> Copy
        </Button>
        <Button className="button button-main" onPress={onClose}>
          I have it; forget it here
        </Button>
      </div>
    </Question>
  );
}
