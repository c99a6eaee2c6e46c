import { useState } from "react";
import { Button, Form, Label, TextArea, TextField } from "react-aria-components";
import { useLocation } from "wouter";
import { reasonLimit } from "../../../contract/exception.ts";
import { ask } from "../data/api.ts";
import type { Wanted } from "../data/exceptions.ts";
import { Choices } from "./choices.tsx";
import { Failure } from "./failure.tsx";
import { writtenIn } from "./form-question.tsx";
import { tell } from "./messages.tsx";

const kinds = {
  exception: "No incident is made of them",
  silence: "Incidents are made, and nobody is told",
};
const days = { 1: "1 day", 7: "7 days", 30: "30 days", 90: "90 days" };
const dayMs = 86_400_000;
/** An expiry of the longest time must still be within it when it arrives. */
const onTheWayMs = 60_000;

/** Asks how, why and for how long findings shall be hidden, and makes it so. */
export function ExceptionTerms({ wanted }: { readonly wanted: Wanted }) {
  const [, navigate] = useLocation();
  const [waits, setWaits] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const make = async (fields: FormData) => {
    setWaits(true);
    setFailure(undefined);
    try {
      const forMs = Number(writtenIn(fields, "days")) * dayMs - onTheWayMs;
      const body = {
        ...wanted,
        kind: writtenIn(fields, "kind"),
        reason: writtenIn(fields, "reason").replace(/\s+/g, " "),
        expiresAt: new Date(Date.now() + forMs).toISOString(),
      };
      await ask("/exceptions", { method: "POST", body });
      tell("It is in force.");
      navigate("/exceptions");
    } catch (error) {
      setFailure(error as Error);
      setWaits(false);
    }
  };
  return (
    <Form
      className="form"
      aria-label="How, why and for how long"
      onSubmit={(event) => {
        event.preventDefault();
        void make(new FormData(event.currentTarget));
      }}
    >
      <Choices name="kind" label="What becomes of such findings?" chosen="exception" of={kinds} />
      <Choices name="days" label="For how long?" chosen="7" of={days} />
      <TextField name="reason" className="field" isRequired minLength={3} maxLength={reasonLimit}>
        <Label>Why? The audit keeps it.</Label>
        <TextArea className="input" rows={2} />
      </TextField>
      <p className="so">It ends by itself when it has hidden nothing for 14 days.</p>
      {failure && <Failure error={failure} />}
      <div className="choices">
        <Button type="submit" className="button button-bites" isPending={waits}>
          Hide these findings
        </Button>
      </div>
    </Form>
  );
}
