import { useState } from "react";
import { Button, Form, Label, TextArea, TextField } from "react-aria-components";
import type { Action } from "../data/quarantine.ts";
import { Question } from "./dialog.tsx";
import { Failure } from "./failure.tsx";

const names = { release: "Release", drop: "Drop" } as const;

/** Asks for the reason of a decision, which the audit keeps. */
export function Decision(props: {
  readonly action: Action;
  /** What it is about. */
  readonly title: string;
  readonly effect: string;
  /** Does it; what it throws is shown. */
  readonly decide: (reason: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { action, title, effect, decide, onClose } = props;
  const [waits, setWaits] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const send = (reason: string) => {
    setWaits(true);
    setFailure(undefined);
    decide(reason).catch((error: unknown) => {
      setFailure(error as Error);
      setWaits(false);
    });
  };
  return (
    <Question title={`${names[action]}: ${title}`} isOpen onClose={onClose}>
      <p>{effect}</p>
      <Form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          send(String(new FormData(event.currentTarget).get("reason") ?? "").trim());
        }}
      >
        <TextField name="reason" className="field" isRequired autoFocus maxLength={500}>
          <Label>Why? The audit keeps it.</Label>
          <TextArea className="input" rows={3} />
        </TextField>
        {failure && <Failure error={failure} />}
        <div className="choices">
          <Button className="button" onPress={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            className={action === "drop" ? "button button-bites" : "button button-main"}
            isPending={waits}
          >
            {names[action]}
          </Button>
        </div>
      </Form>
    </Question>
  );
}
