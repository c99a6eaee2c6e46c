import { useEffect, useRef, useState } from "react";
import { Button, Input, Label, SearchField, Text } from "react-aria-components";
import { useLocation } from "wouter";
import { regionNames } from "../../../contract/regions.ts";
import { devicePath, searchedStatuses } from "../data/devices.ts";
import { ChoiceFilter, TextFilter, useFilters } from "./filters.tsx";

/** Narrows the fleet while somebody types. */
export function DeviceFilters() {
  return (
    <div className="filters">
      <PrefixFilter />
      <ChoiceFilter name="status" label="Status" of={searchedStatuses} />
      <ChoiceFilter name="region" label="Home region" of={regionNames} />
      <TextFilter name="label" label="Label, whole" example="site:oslo" />
    </div>
  );
}

/** Between two keys of somebody who types. */
const pauseMs = 250;

/** What ids begin with. Enter opens the device of that id, whether it is in the list or not. */
function PrefixFilter() {
  const [, navigate] = useLocation();
  const { address, narrow } = useFilters();
  const asked = address.get("prefix") ?? "";
  const [typed, setTyped] = useState(asked);
  const sent = useRef(asked);
  // Somebody went back, or followed a link; not the answer to what was typed here.
  useEffect(() => {
    if (asked === sent.current) return;
    sent.current = asked;
    setTyped(asked);
  }, [asked]);
  const wanted = typed.trim();
  useEffect(() => {
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      narrow("prefix", wanted, { replace: true });
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [wanted, narrow]);
  return (
    <SearchField
      data-search
      className="field"
      value={typed}
      onChange={setTyped}
      onSubmit={() => wanted !== "" && navigate(devicePath(wanted))}
    >
      <Label>Client id begins with</Label>
      <div className="input-with-button">
        <Input className="input mono" placeholder="pump-" maxLength={128} />
        <Button className="button button-quiet" aria-label="Empty the search">
          ×
        </Button>
      </div>
      <Text slot="description" className="for-readers">
        The list follows as you type; Enter opens the device of this id
      </Text>
    </SearchField>
  );
}
