import { useEffect, useState } from "react";
import { Link, Route, Switch } from "wouter";
import { RequestFailed, whenSessionEnds } from "./data/api.ts";
import { type Person, whoIsThere } from "./data/person.ts";
import { PreferencesProvider } from "./data/preferences.tsx";
import { failureInAddress } from "./data/provider.ts";
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
import { Exceptions } from "./views/exceptions.tsx";
import { HeldMessage } from "./views/held-message.tsx";
import { Incident } from "./views/incident.tsx";
import { Incidents } from "./views/incidents.tsx";
import { LinkOpened } from "./views/link-opened.tsx";
import { NewException } from "./views/new-exception.tsx";
import { Overview } from "./views/overview.tsx";
import { Quarantine } from "./views/quarantine.tsx";
import { Rule } from "./views/rule.tsx";
import { Rules } from "./views/rules.tsx";
import { SignIn } from "./views/sign-in.tsx";
import { System } from "./views/system.tsx";

const ended = "The session has ended. Nothing was lost: sign in, and this view is here again.";

/** Signing out here signs out nowhere else. */
const leftBy = ({ by }: Session): Person => ({
  is: "nobody",
  ...(by === "oidc" && {
    note: "You are signed out here. The provider may still know you in this browser: sign out there, too, if others use it.",
  }),
});

export function App() {
  const [person, setPerson] = useState<Person>({ is: "unknown" });
  useEffect(() => {
    const asking = { current: currentSession, redeem: (code: string) => signIn({ code }) };
    void whoIsThere(codeInAddress(), asking, failureInAddress()).then(setPerson);
    whenSessionEnds(() => setPerson({ is: "nobody", said: ended }));
  }, []);
  const enter = (session: Session) => setPerson({ is: "there", session });
  useEffect(() => (person.is === "there" ? tellActivity() : undefined), [person.is]);
  return (
    <PreferencesProvider>
      {person.is === "unknown" && <Waiting what="Looking who is signed in" />}
      {person.is === "nobody" && (
        <SignIn said={person.said} note={person.note} onSignedIn={enter} />
      )}
      {person.is === "asked" && (
        <LinkOpened session={person.session} code={person.code} onChosen={enter} />
      )}
      {person.is === "there" && (
        <SignedIn value={person.session}>
          <Views onSignedOut={() => setPerson(leftBy(person.session))} />
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
        <Route path="/incidents" component={Incidents} />
        <Route path="/incidents/:id">{({ id }) => <Incident key={id} id={id} />}</Route>
        <Route path="/exceptions" component={Exceptions} />
        <Route path="/exceptions/new" component={NewException} />
        <Route path="/devices" component={Devices} />
        <Route path="/devices/:clientId">
          {({ clientId }) => <Device key={clientId} clientId={clientId} />}
        </Route>
        <Route path="/audit" component={Audit} />
        <Route path="/quarantine" component={Quarantine} />
        <Route path="/quarantine/:sequence">
          {({ sequence }) => <HeldMessage key={sequence} sequence={sequence} />}
        </Route>
        <Route path="/rules" component={Rules} />
        <Route path="/rules/:id">{({ id }) => <Rule key={id} id={id} />}</Route>
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
