import { useEffect, useState } from "react";
import { Link, Route, Switch } from "wouter";
import { RequestFailed, whenSessionEnds } from "./data/api.ts";
import { PreferencesProvider } from "./data/preferences.tsx";
import {
  codeInAddress,
  currentSession,
  type Session,
  signIn,
  signOut,
  tellActivity,
} from "./data/session.ts";
import { SignedIn } from "./data/signed-in.tsx";
import { Failure } from "./parts/failure.tsx";
import { Shell } from "./parts/shell.tsx";
import { View, Waiting } from "./parts/view.tsx";
import { Audit } from "./views/audit.tsx";
import { Device } from "./views/device.tsx";
import { Devices } from "./views/devices.tsx";
import { HeldMessage } from "./views/held-message.tsx";
import { Overview } from "./views/overview.tsx";
import { Quarantine } from "./views/quarantine.tsx";
import { SignIn } from "./views/sign-in.tsx";
import { System } from "./views/system.tsx";

/** Who is there: not known yet, nobody (and why), or somebody. */
type Person =
  | { readonly is: "unknown" }
  | { readonly is: "nobody"; readonly said?: string }
  | { readonly is: "there"; readonly session: Session };

async function whoIsThere(): Promise<Person> {
  const code = codeInAddress();
  try {
    const session = await (code === undefined ? currentSession() : signIn({ code }));
    return session ? { is: "there", session } : { is: "nobody" };
  } catch (error) {
    // A link that was opened before: whoever has signed in by it stays so.
    const session = code === undefined ? undefined : await currentSession().catch(() => undefined);
    if (session) return { is: "there", session };
    return { is: "nobody", said: (error as Error).message };
  }
}

const ended = "The session has ended. Nothing was lost: sign in, and this view is here again.";

export function App() {
  const [person, setPerson] = useState<Person>({ is: "unknown" });
  useEffect(() => {
    void whoIsThere().then(setPerson);
    whenSessionEnds(() => setPerson({ is: "nobody", said: ended }));
  }, []);
  useEffect(() => (person.is === "there" ? tellActivity() : undefined), [person.is]);
  return (
    <PreferencesProvider>
      {person.is === "unknown" && <Waiting what="Looking who is signed in" />}
      {person.is === "nobody" && (
        <SignIn said={person.said} onSignedIn={(session) => setPerson({ is: "there", session })} />
      )}
      {person.is === "there" && (
        <SignedIn value={person.session}>
          <Views onSignedOut={() => setPerson({ is: "nobody" })} />
        </SignedIn>
      )}
    </PreferencesProvider>
  );
}

function Views({ onSignedOut }: { readonly onSignedOut: () => void }) {
  const [failure, setFailure] = useState<Error>();
  const leave = (everywhere: boolean) =>
    signOut(everywhere).then(onSignedOut, (error: unknown) => {
      // Whose session has ended has signed out.
      if (error instanceof RequestFailed && error.status === 401) onSignedOut();
      else setFailure(error as Error);
    });
  return (
    <Shell onSignOut={(everywhere) => void leave(everywhere)}>
      {failure && <Failure error={failure} />}
      <Switch>
        <Route path="/" component={Overview} />
        <Route path="/devices" component={Devices} />
        <Route path="/devices/:clientId">
          {({ clientId }) => <Device key={clientId} clientId={clientId} />}
        </Route>
        <Route path="/audit" component={Audit} />
        <Route path="/quarantine" component={Quarantine} />
        <Route path="/quarantine/:sequence">
          {({ sequence }) => <HeldMessage key={sequence} sequence={sequence} />}
        </Route>
        <Route path="/system" component={System} />
        <Route component={Nowhere} />
      </Switch>
    </Shell>
  );
}

const Nowhere = () => (
  <View title="There is nothing here">
    <p>
      The address leads to no view. <Link href="/">To the overview</Link>
    </p>
  </View>
);
