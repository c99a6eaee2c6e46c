import type { ReactNode } from "react";
import {
  Button,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from "react-aria-components";
import { Link, useRoute } from "wouter";
import { zoneName } from "../data/format.ts";
import { type Theme, usePreferences } from "../data/preferences.tsx";
import { useSession } from "../data/signed-in.tsx";
import { StaleBanner } from "./age.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Keyboard } from "./keyboard.tsx";
import { Messages } from "./messages.tsx";

/** The views that there are. */
const views: readonly (readonly [path: string, title: string, icon: IconName])[] = [
  ["/", "Overview", "overview"],
  ["/incidents", "Incidents", "incidents"],
  ["/rules", "Rules", "rules"],
  ["/exceptions", "Exceptions", "exceptions"],
  ["/quarantine", "Quarantine", "quarantine"],
  ["/devices", "Devices", "devices"],
  ["/audit", "Audit", "audit"],
  ["/system", "System", "system"],
];
const paths = views.map(([path]) => path);

/** What stands around every view. */
export function Shell(props: {
  readonly onSignOut: (everywhere: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <>
      <a className="skip" href="#view">
        To the content
      </a>
      <div className="shell">
        <header className="top">
          <nav aria-label="Views">
            <span className="brand">
              <Icon name="overview" /> <span>MQTT Sentinel</span>
            </span>
            {views.map(([path, title, icon]) => (
              <Entry key={path} {...{ path, title, icon }} />
            ))}
          </nav>
          <div className="top-end">
            <ZoneSwitch />
            <PersonMenu onSignOut={props.onSignOut} />
          </div>
        </header>
        <StaleBanner />
        {props.children}
      </div>
      <Keyboard jumpable={paths} />
      <Messages />
    </>
  );
}

function Entry(props: { readonly path: string; readonly title: string; readonly icon: IconName }) {
  const { path, title, icon } = props;
  const [isHere] = useRoute(path === "/" ? "/" : `${path}/*?`);
  return (
    <Link href={path} className="entry" aria-current={isHere ? "page" : undefined}>
      <Icon name={icon} /> {title}
    </Link>
  );
}

function ZoneSwitch() {
  const { zone, setZone } = usePreferences();
  const other = zone === "utc" ? "local" : "utc";
  return (
    <Button
      className="button button-quiet"
      aria-label={`Times are in ${zoneName(zone)}; show them in ${zoneName(other)}`}
      onPress={() => setZone(other)}
    >
      {zone === "utc" ? "UTC" : zoneName(zone)}
    </Button>
  );
}

const themes: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

function PersonMenu({ onSignOut }: { readonly onSignOut: (everywhere: boolean) => void }) {
  const { name, role } = useSession();
  const { theme, setTheme } = usePreferences();
  return (
    <MenuTrigger>
      <Button className="button button-quiet person">
        {name === role ? name : `${name}, ${role}`} <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="list">
          <MenuSection
            selectionMode="single"
            selectedKeys={[theme]}
            onSelectionChange={(keys) => {
              const [chosen] = themes.filter(([key]) => keys !== "all" && keys.has(key));
              if (chosen) setTheme(chosen[0]);
            }}
          >
            <Header className="list-title">Colours</Header>
            {themes.map(([key, title]) => (
              <MenuItem key={key} id={key} className="list-item">
                {title}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection>
            <Header className="list-title">Session</Header>
            <MenuItem className="list-item" onAction={() => onSignOut(false)}>
              Sign out
            </MenuItem>
            <MenuItem className="list-item" onAction={() => onSignOut(true)}>
              Sign out everywhere
            </MenuItem>
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
