import { useState } from "react";
import {
  Button,
  Form,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField,
  Select,
  SelectValue,
  TextField,
} from "react-aria-components";
import { useLocation, useSearchParams } from "wouter";
import { regionNames } from "../../../contract/regions.ts";
import { devicePath, type Filter, statuses } from "../data/devices.ts";
import { Icon } from "./icons.tsx";

/** Finds one device by its id, or narrows the list. */
export function DeviceFilters() {
  const [address, setAddress] = useSearchParams();
  const [, navigate] = useLocation();
  const narrow = (name: Filter, value: string) =>
    setAddress((before) => {
      const query = new URLSearchParams(before);
      query.delete("after");
      if (value === "") query.delete(name);
      else query.set(name, value);
      return query;
    });
  return (
    <div className="filters">
      <SearchField
        data-search
        className="field"
        onSubmit={(clientId) => clientId.trim() !== "" && navigate(devicePath(clientId.trim()))}
      >
        <Label>Client id, whole</Label>
        <div className="input-with-button">
          <Input className="input mono" placeholder="pump-7, then Enter" />
          <Button className="button button-quiet" aria-label="Empty the search">
            ×
          </Button>
        </div>
      </SearchField>
      <Choice
        label="Status"
        value={address.get("status")}
        of={statuses}
        onChange={(value) => narrow("status", value)}
      />
      <Choice
        label="Home region"
        value={address.get("region")}
        of={regionNames}
        onChange={(value) => narrow("region", value)}
      />
      <LabelFilter
        key={address.get("label")}
        value={address.get("label") ?? ""}
        onChange={(value) => narrow("label", value)}
      />
    </div>
  );
}

function LabelFilter(props: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const [value, setValue] = useState(props.value);
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        props.onChange(value.trim());
      }}
    >
      <TextField className="field" value={value} onChange={setValue}>
        <Label>Label</Label>
        <div className="input-with-button">
          <Input className="input" placeholder="site:oslo" />
          <Button type="submit" className="button button-quiet" aria-label="Narrow by this label">
            <Icon name="search" />
          </Button>
        </div>
      </TextField>
    </Form>
  );
}

const any = "any";

function Choice(props: {
  readonly label: string;
  readonly value: string | null;
  readonly of: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  const { label, value, of, onChange } = props;
  return (
    <Select
      className="field"
      value={of.find((each) => each === value) ?? any}
      onChange={(key) => onChange(key === any ? "" : String(key))}
    >
      <Label>{label}</Label>
      <Button className="input select">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover">
        <ListBox className="list">
          {[any, ...of].map((each) => (
            <ListBoxItem key={each} id={each} className="list-item">
              {each}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
