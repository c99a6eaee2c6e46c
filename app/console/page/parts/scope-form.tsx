import { Button, Form, Input, Label, Text, TextField } from "react-aria-components";
import { useSearchParams } from "wouter";
import { origins as originNames } from "../data/quarantine.ts";
import { mayAct } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Choices } from "./choices.tsx";
import { writtenIn } from "./form-question.tsx";

/** Asks which findings an exception shall hide, and keeps the answer in the address. */
export function ScopeForm() {
  const [address, setAddress] = useSearchParams();
  const session = useSession();
  const preview = (fields: FormData) => {
    const entries = [...new Set(fields.keys())].map((name) => [name, writtenIn(fields, name)]);
    setAddress(new URLSearchParams(entries.filter(([, value]) => value !== "" && value !== "any")));
  };
  const given = (name: string) => address.get(name) ?? "";
  const isForAll = given("rule") !== "" && !["client", "label", "origin"].some(given);
  return (
    <Form
      className="panel form"
      aria-label="Which findings"
      onSubmit={(event) => {
        event.preventDefault();
        preview(new FormData(event.currentTarget));
      }}
    >
      <TextField name="rule" className="field" isRequired defaultValue={given("rule")}>
        <Label>Rule</Label>
        <Input className="input mono" />
        <Text slot="description">Its id, as an incident gives it.</Text>
      </TextField>
      <TextField name="client" className="field" defaultValue={given("client")}>
        <Label>Client id</Label>
        <Input className="input mono" placeholder="bench-*" />
        <Text slot="description">An id, or the beginning of ids and *.</Text>
      </TextField>
      <TextField name="label" className="field" defaultValue={given("label")}>
        <Label>Label of the device</Label>
        <Input className="input mono" placeholder="site:bench" />
      </TextField>
      <Choices
        name="origin"
        label="Where the message came from"
        chosen={given("origin") || "any"}
        of={{ any: "anywhere", ...originNames }}
      />
      {mayAct(session, "admin") && (
        <Choices
          name="critical"
          label="Critical findings"
          chosen={given("critical") || "any"}
          of={{ any: "are never hidden", true: "are hidden, too" }}
        />
      )}
      {isForAll && (
        <p className="status-warn" role="alert">
          Name a client, a label or an origin as well: it must not be for everybody.
        </p>
      )}
      <div className="choices">
        <Button type="submit" className="button button-main">
          Preview
        </Button>
      </div>
    </Form>
  );
}
