import { useState } from "react";
import { Button } from "react-aria-components";
import { type Session, signIn } from "../data/session.ts";
import { Failure } from "../parts/failure.tsx";

/** Asks whoever is signed in whether a sign-in link shall make them somebody else. */
export function LinkOpened(props: {
  readonly session: Session;
  readonly code: string;
  readonly onChosen: (session: Session) => void;
}) {
  const { session, code, onChosen } = props;
  const [failure, setFailure] = useState<Error>();
  const [waits, setWaits] = useState(false);
  const change = () => {
    setWaits(true);
    signIn({ code })
      .then(onChosen, setFailure)
      .finally(() => setWaits(false));
  };
  return (
    <main className="sign-in">
      <div className="panel">
        <h1>A sign-in link was opened</h1>
        <p>
          You are signed in as {session.name}. By the link you would be whoever made it: what you do
          is then on record under that name. Go on with it only if you know whose it is.
        </p>
        {failure && <Failure error={failure} />}
        <div className="choices">
          <Button className="button" isPending={waits} onPress={change}>
            Sign in by the link
          </Button>
          <Button autoFocus className="button button-main" onPress={() => onChosen(session)}>
            Stay {session.name}
          </Button>
        </div>
      </div>
    </main>
  );
}
