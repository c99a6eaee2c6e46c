import { useState } from "react";
import { Button, FieldError, Form, Input, Label, Text, TextField } from "react-aria-components";
import { type Session, signIn } from "../data/session.ts";
import { Icon } from "../parts/icons.tsx";

/** Takes a token for a session. What was wrong with a link that was opened before is said here, too. */
export function SignIn(props: {
  readonly onSignedIn: (session: Session) => void;
  readonly said?: string | undefined;
}) {
  const [failure, setFailure] = useState(props.said);
  const [waits, setWaits] = useState(false);
  const submit = async (token: string) => {
    setWaits(true);
    try {
      props.onSignedIn(await signIn({ token: token.trim() }));
    } catch (error) {
      setFailure((error as Error).message);
      setWaits(false);
    }
  };
  return (
    <main className="sign-in">
      <Form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(String(new FormData(event.currentTarget).get("token") ?? ""));
        }}
      >
        <h1>
          <Icon name="overview" /> MQTT Sentinel
        </h1>
        <p>Sign in with a token of the API. It is exchanged for a session and kept nowhere.</p>
        {failure !== undefined && (
          <div className="notice notice-bad" role="alert">
            <Icon name="bad" />
            <p>{failure}</p>
          </div>
        )}
        <TextField name="token" type="password" isRequired autoFocus autoComplete="off">
          <Label>Token</Label>
          <Input className="input mono" placeholder="snt_…" />
          <Text slot="description">
            One is made by <code>sentinel tokens create</code>; the stack made one for each role.
          </Text>
          <FieldError />
        </TextField>
        <Button type="submit" className="button button-main" isPending={waits}>
          Sign in
        </Button>
      </Form>
    </main>
  );
}
