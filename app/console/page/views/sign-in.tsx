import { useState } from "react";
import { Button, FieldError, Form, Input, Label, Text, TextField } from "react-aria-components";
import { type Provider, providerAddress, useProvider } from "../data/provider.ts";
import { type Session, signIn } from "../data/session.ts";
import { Icon } from "../parts/icons.tsx";

/**
 * Takes a token for a session, or leads to the identity provider. What was wrong with a link or a sign-in before is said
 * here, too.
 */
export function SignIn(props: {
  readonly onSignedIn: (session: Session) => void;
  readonly said?: string | undefined;
  /** What else there is to know, and nothing is wrong with. */
  readonly note?: string | undefined;
}) {
  const [failure, setFailure] = useState(props.said);
  const [waits, setWaits] = useState(false);
  const provider = useProvider();
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
        {!provider && (
          <p>Sign in with a token of the API. It is exchanged for a session and kept nowhere.</p>
        )}
        {failure !== undefined && (
          <div className="notice notice-bad" role="alert">
            <Icon name="bad" />
            <p>{failure}</p>
          </div>
        )}
        {props.note !== undefined && failure === undefined && (
          <div className="notice notice-plain" role="status">
            <p>{props.note}</p>
          </div>
        )}
        {provider && <ByProvider provider={provider} />}
        <TextField name="token" type="password" isRequired autoFocus autoComplete="off">
          <Label>Token</Label>
          <Input className="input mono" placeholder="snt_…" />
          <Text slot="description">
            One is made by <code>sentinel tokens create</code>; the stack made one for each role.
          </Text>
          <FieldError />
        </TextField>
        <Button
          type="submit"
          className={provider ? "button" : "button button-main"}
          isPending={waits}
        >
          {provider ? "Sign in with the token" : "Sign in"}
        </Button>
      </Form>
    </main>
  );
}

/** A link, since the browser leaves the page by it. */
const ByProvider = ({ provider }: { readonly provider: Provider }) => (
  <>
    <a
      className="button button-main"
      href={providerAddress(provider, location.pathname + location.search)}
    >
      Sign in with {provider.provider}
    </a>
    <p className="or">or with a token of the API, which is exchanged for a session</p>
  </>
);
