import type { ProcessView } from "../../live/overview.ts";
import { duration, megabytes } from "../data/format.ts";
import { useLive } from "../data/live.ts";
import { useTimes } from "../data/preferences.tsx";
import { Age } from "../parts/age.tsx";
import { Icon } from "../parts/icons.tsx";
import { View, Waiting } from "../parts/view.tsx";

/** The processes behind it. */
export function System() {
  const { overview } = useLive();
  return (
    <View title="System" aside={<Age />}>
      {overview ? (
        <Processes processes={overview.processes} at={overview.now.at} />
      ) : (
        <Waiting what="The server asks its processes" />
      )}
    </View>
  );
}

function Processes(props: { readonly processes: readonly ProcessView[]; readonly at: number }) {
  const times = useTimes();
  const sorted = props.processes.toSorted(
    (a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name),
  );
  return (
    <section className="panel">
      <h2>Processes</h2>
      <div className="wide">
        <table className="table">
          <caption className="for-readers">Processes of the region</caption>
          <thead>
            <tr>
              <th scope="col" className="minor">
                Kind
              </th>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col" className="minor">
                Started, {times.zone}
              </th>
              <th scope="col" className="number minor">
                Runs for
              </th>
              <th scope="col" className="number">
                Memory
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ kind, name, answers, startedAt, memoryBytes }) => (
              <tr key={`${kind} ${name}`}>
                <td className="minor">{kind}</td>
                <th scope="row" className="mono">
                  {name}
                </th>
                <td>
                  <span className={`status status-${answers ? "good" : "bad"}`}>
                    <Icon name={answers ? "good" : "bad"} /> {answers ? "answers" : "silent"}
                  </span>
                </td>
                <td className="figures minor">{startedAt ? times.full(startedAt) : "–"}</td>
                <td className="number minor">{startedAt ? duration(props.at - startedAt) : "–"}</td>
                <td className="number">{megabytes(memoryBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
