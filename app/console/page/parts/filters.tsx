import { useCallback, useState } from "react";
import {
  Button,
  Form,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  TextField,
} from "react-aria-components";
import { useSearchParams } from "wouter";
import { Icon } from "./icons.tsx";

/** What a list is narrowed by stands in the address; another filter begins at the first page. */
export function useFilters() {
  const [address, setAddress] = useSearchParams();
  const narrow = useCallback(
    (name: string, value: string, options?: { readonly replace: boolean }) =>
      setAddress((before) => {
        const query = new URLSearchParams(before);
        query.delete("after");
        if (value === "") query.delete(name);
        else query.set(name, value);
        return query;
      }, options),
    [setAddress],
  );
  return { address, narrow };
}

/** Narrows by a text, when it is sent. */
export function TextFilter(props: {
  readonly name: string;
  readonly label: string;
  readonly example: string;
}) {
  const { address, narrow } = useFilters();
  const value = address.get(props.name) ?? "";
  return (
    <TextInput key={value} {...props} value={value} onSend={(sent) => narrow(props.name, sent)} />
  );
}

function TextInput(props: {
  readonly label: string;
  readonly example: string;
  readonly value: string;
  readonly onSend: (value: string) => void;
}) {
  const [value, setValue] = useState(props.value);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        props.onSend(value.trim());
      }}
    >
      <TextField className="field" value={value} onChange={setValue}>
        <Label>{props.label}</Label>
        <div className="input-with-button">
          <Input className="input" placeholder={props.example} />
          <Button
            type="submit"
            className="button button-quiet"
            aria-label={`Narrow by ${props.label.toLowerCase()}`}
          >
            <Icon name="search" />
          </Button>
        </div>
      </TextField>
    </Form>
  );
}

const any = "any";

/** Narrows by one of a few values. */
export function ChoiceFilter(props: {
  readonly name: string;
  readonly label: string;
  readonly of: readonly string[];
  /** How a value is called where it is no word itself. */
  readonly names?: Readonly<Record<string, string>>;
  /** Which of them it is as long as the address names none. Without it, that is any. */
  readonly unset?: string;
}) {
  const { name, label, of, names, unset = any } = props;
  const { address, narrow } = useFilters();
  return (
    <Select
      className="field"
      value={of.find((each) => each === address.get(name)) ?? unset}
      onChange={(key) => narrow(name, key === unset ? "" : String(key))}
    >
      <Label>{label}</Label>
      <Button className="input select">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="list">
          {(unset === any ? [any, ...of] : of).map((each) => (
            <ListBoxItem key={each} id={each} className="list-item">
              {names?.[each] ?? each}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
