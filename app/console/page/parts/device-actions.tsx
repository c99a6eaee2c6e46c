import { useState } from "react";
import { Button } from "react-aria-components";
import { ask, RequestFailed } from "../data/api.ts";
import { type Device, devicePath, type Status } from "../data/devices.ts";
import { mayAct, type Role } from "../data/session.ts";
import { useSession } from "../data/signed-in.tsx";
import { Question } from "./dialog.tsx";
import { Failure } from "./failure.tsx";
import { LastLogin } from "./last-login.tsx";
import { tell } from "./messages.tsx";
import { NewSecret } from "./new-secret.tsx";

interface Action {
  readonly verb: "disconnect" | "suspend" | "resume" | "rotate" | "revoke";
  readonly name: string;
  readonly role: Role;
  /** Of a device with one of these. */
  readonly when: readonly Status[];
  /** What it does, before it is done. */
  readonly effect: string;
  readonly done: string;
  readonly bites?: boolean;
}

const actions: readonly Action[] = [
  {
    ...{ verb: "disconnect", name: "Disconnect", role: "operator", when: ["active"], bites: true },
    effect:
      "Its session ends within seconds, wherever it is. It may connect again at once, with the secret that it has, and is sent what it missed.",
    done: "is disconnected; it may connect again",
  },
  {
    ...{ verb: "suspend", name: "Suspend", role: "operator", when: ["active"], bites: true },
    effect:
      "Its session ends within seconds, in every region, and it cannot connect until somebody resumes it. Its secret stays.",
    done: "is suspended; its session ends",
  },
  {
    ...{ verb: "resume", name: "Resume", role: "operator", when: ["suspended"] },
    effect: "It may connect again, with the secret that it has.",
    done: "may connect again",
  },
  {
    ...{ verb: "rotate", name: "Rotate secret", role: "operator", when: ["active", "suspended"] },
    effect:
      "It gets a new secret, which is shown once. The old one stays good for a day, so that it can be handed over.",
    done: "has a new secret",
  },
  {
    ...{
      verb: "revoke",
      name: "Revoke",
      role: "admin",
      when: ["active", "suspended"],
      bites: true,
    },
    effect:
      "Its right to connect ends for good: nobody can resume it. To use its id again it must be deleted and registered anew.",
    done: "is revoked for good",
  },
];

/** What its person may do about a device, each with a word about what it does before it is done. */
export function DeviceActions(props: {
  readonly device: Device;
  readonly etag: string | null;
  readonly onChanged: () => void;
}) {
  const { device } = props;
  const session = useSession();
  const [asked, setAsked] = useState<Action>();
  const [secret, setSecret] = useState<string>();
  const possible = actions.filter(({ when }) => when.includes(device.status));
  const allowed = possible.filter(({ role }) => mayAct(session, role));
  return (
    <section className="actions" aria-label="What can be done">
      {allowed.map((action) => (
        <Button
          key={action.verb}
          className={action.bites ? "button button-bites" : "button"}
          onPress={() => setAsked(action)}
        >
          {action.name}
        </Button>
      ))}
      {allowed.length < possible.length && (
        <p className="so">
          {`${possible
            .filter((action) => !allowed.includes(action))
            .map(({ name, role }) => `${name}: ${role}`)
            .join(", ")}. You are ${session.role}.`}
        </p>
      )}
      {asked && (
        <Confirm
          {...props}
          action={asked}
          onClose={() => setAsked(undefined)}
          onDone={(shown) => {
            setAsked(undefined);
            setSecret(shown);
            tell(`${device.clientId} ${asked.done}.`);
            props.onChanged();
          }}
        />
      )}
      {secret !== undefined && (
        <NewSecret
          clientId={device.clientId}
          secret={secret}
          onClose={() => setSecret(undefined)}
        />
      )}
    </section>
  );
}

function Confirm(props: {
  readonly action: Action;
  readonly device: Device;
  readonly etag: string | null;
  readonly onClose: () => void;
  readonly onDone: (secret: string | undefined) => void;
}) {
  const { action, device, etag, onClose, onDone } = props;
  const [waits, setWaits] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const act = async () => {
    setWaits(true);
    try {
      const path = devicePath(device.clientId, `/${action.verb}`);
      const { body } = await ask<{ secret?: string }>(path, { method: "POST", ifMatch: etag });
      onDone(body.secret);
    } catch (error) {
      setFailure(error instanceof RequestFailed ? error : new Error(String(error)));
      setWaits(false);
    }
  };
  return (
    <Question title={`${action.name}: ${device.clientId}`} isOpen onClose={onClose}>
      <p>{action.effect}</p>
      {action.verb === "disconnect" && <LastLogin clientId={device.clientId} />}
      {failure && <Failure error={failure} />}
      <div className="choices">
        <Button className="button" onPress={onClose}>
          Cancel
        </Button>
        <Button
          autoFocus
          className={action.bites ? "button button-bites" : "button button-main"}
          isPending={waits}
          onPress={() => void act()}
        >
          {action.name}
        </Button>
      </div>
    </Question>
  );
}
