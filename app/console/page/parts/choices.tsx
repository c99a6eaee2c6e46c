import { Label, RadioButton, RadioField, RadioGroup } from "react-aria-components";

/** One of a few, all of them seen. */
export const Choices = (props: {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  /** The values, and what each is called. */
  readonly of: Readonly<Record<string, string>>;
}) => (
  <RadioGroup name={props.name} className="field" defaultValue={props.chosen}>
    <Label>{props.label}</Label>
    {Object.entries(props.of).map(([value, name]) => (
      <RadioField key={value} value={value}>
        <RadioButton className="radio">{name}</RadioButton>
      </RadioField>
    ))}
  </RadioGroup>
);
