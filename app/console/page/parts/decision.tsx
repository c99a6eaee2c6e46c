import { Label, TextArea, TextField } from "react-aria-components";
import type { Action } from "../data/quarantine.ts";
import { FormQuestion, writtenIn } from "./form-question.tsx";

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
  return (
    <FormQuestion
      title={`${names[action]}: ${title}`}
      verb={names[action]}
      bites={action === "drop"}
      send={(fields) => decide(writtenIn(fields, "reason"))}
      onClose={onClose}
    >
      <p>{effect}</p>
      <TextField name="reason" className="field" isRequired autoFocus maxLength={500}>
        <Label>Why? The audit keeps it.</Label>
        <TextArea className="input" rows={3} />
      </TextField>
    </FormQuestion>
  );
}
