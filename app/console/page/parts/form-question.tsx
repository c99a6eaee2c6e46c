import { type ReactNode, useState } from "react";
import { Button, Form } from "react-aria-components";
import { Question } from "./dialog.tsx";
import { Failure } from "./failure.tsx";

/** A dialog that is filled in and sent; what goes wrong is told in it, and nothing is lost. */
export function FormQuestion(props: {
  readonly title: string;
  /** What the button says that sends it. */
  readonly verb: string;
  readonly bites?: boolean;
  /** What it throws is shown. */
  readonly send: (fields: FormData) => Promise<void>;
  readonly onClose: () => void;
  /** The fields. */
  readonly children: ReactNode;
}) {
  const { title, verb, bites = false, onClose, children } = props;
  const [waits, setWaits] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const send = (fields: FormData) => {
    setWaits(true);
    setFailure(undefined);
    props.send(fields).catch((error: unknown) => {
      setFailure(error as Error);
      setWaits(false);
    });
  };
  return (
    <Question title={title} isOpen onClose={onClose}>
      <Form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          send(new FormData(event.currentTarget));
        }}
      >
        {children}
        {failure && <Failure error={failure} />}
        <div className="choices">
          <Button className="button" onPress={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            className={bites ? "button button-bites" : "button button-main"}
            isPending={waits}
          >
            {verb}
          </Button>
        </div>
      </Form>
    </Question>
  );
}

/** What was written into a field. */
export const writtenIn = (fields: FormData, name: string) => String(fields.get(name) ?? "").trim();
