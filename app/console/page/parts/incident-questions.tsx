import {
  Input,
  Label,
  RadioButton,
  RadioField,
  RadioGroup,
  TextArea,
  TextField,
} from "react-aria-components";
import { assigneeLimit, incidentVerdicts, noteLimit } from "../../../contract/incident.ts";
import type { Incident } from "../data/incidents.ts";
import { FormQuestion, writtenIn } from "./form-question.tsx";

/** Asks who shall see to it. */
export function AssignQuestion(props: {
  readonly incident: Incident;
  readonly assign: (assignee: string) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { incident, assign, onClose } = props;
  return (
    <FormQuestion
      title={`Assign: ${incident.title}`}
      verb="Assign"
      send={(fields) => assign(writtenIn(fields, "assignee"))}
      onClose={onClose}
    >
      <TextField
        name="assignee"
        className="field"
        defaultValue={incident.assignee ?? ""}
        isRequired
        autoFocus
        maxLength={assigneeLimit}
      >
        <Label>Who sees to it?</Label>
        <Input className="input" />
      </TextField>
    </FormQuestion>
  );
}

const verdicts = {
  tp: "True positive: it was an attack",
  fp: "False positive: the rule was mistaken",
  benign: "Benign: it was real, and harmless",
} as const;

/** The API takes one line. */
const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** Asks what it was, and why one thinks so. */
export function CloseQuestion(props: {
  readonly incident: Incident;
  readonly close: (closing: { verdict: string; note: string }) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { incident, close, onClose } = props;
  return (
    <FormQuestion
      title={`Close: ${incident.title}`}
      verb="Close it"
      send={(fields) =>
        close({ verdict: writtenIn(fields, "verdict"), note: oneLine(writtenIn(fields, "note")) })
      }
      onClose={onClose}
    >
      <p>Nothing more is counted in it: what is found from now on opens another incident.</p>
      <RadioGroup
        name="verdict"
        className="field"
        isRequired
        defaultValue={incident.verdict ?? null}
      >
        <Label>What was it?</Label>
        {incidentVerdicts.map((verdict) => (
          <RadioField key={verdict} value={verdict}>
            <RadioButton className="radio">{verdicts[verdict]}</RadioButton>
          </RadioField>
        ))}
      </RadioGroup>
      <TextField name="note" className="field" isRequired maxLength={noteLimit}>
        <Label>How do you know? Its timeline keeps it.</Label>
        <TextArea className="input" rows={3} />
      </TextField>
    </FormQuestion>
  );
}
