import { Button, Input, Label, SearchField } from "react-aria-components";
import { useLocation } from "wouter";
import { regionNames } from "../../../contract/regions.ts";
import { devicePath, statuses } from "../data/devices.ts";
import { ChoiceFilter, TextFilter } from "./filters.tsx";

/** Finds one device by its id, or narrows the list. */
export function DeviceFilters() {
  const [, navigate] = useLocation();
  const open = (clientId: string) => clientId !== "" && navigate(devicePath(clientId));
  return (
    <div className="filters">
      <SearchField data-search className="field" onSubmit={(clientId) => open(clientId.trim())}>
        <Label>Client id, whole</Label>
        <div className="input-with-button">
          <Input className="input mono" placeholder="pump-7, then Enter" />
          <Button className="button button-quiet" aria-label="Empty the search">
            ×
          </Button>
        </div>
      </SearchField>
      <ChoiceFilter name="status" label="Status" of={statuses} />
      <ChoiceFilter name="region" label="Home region" of={regionNames} />
      <TextFilter name="label" label="Label" example="site:oslo" />
    </div>
  );
}
